package search

import "testing"

func TestExtractText(t *testing.T) {
	runExtract(t, []extractCase{
		{"narrative", `{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p title='a > b'>Fever,<br/>HIGH fever &#x26; M&uuml;digkeit</p><!-- not <this> --></div>"}}`,
			"_text", []string{"_text |fever", "_text |high", "_text |mudigkeit"}},
		{"no narrative", `{"resourceType":"Patient","name":[{"family":"Lee"}]}`, "_text", nil},
		{"content", `{"resourceType":"Patient","id":"id1","meta":{"source":"http://source","tag":[{"system":"http://tag","code":"tagcode","display":"Tag shown"}]},
			"text":{"div":"<div>Narrated</div>"},"identifier":[{"system":"http://mrn","value":"identifying","type":{"text":"Record"}}],
			"name":[{"given":["Ann"]}],"birthDate":"1970-01-01","gender":"female","photo":[{"data":"QUJD","title":"Portrait","url":"http://photo"}],
			"generalPractitioner":[{"reference":"Practitioner/9","display":"Doctor Who"}],
			"extension":[{"url":"http://extension","valueMarkdown":"*Marked*"},{"url":"http://x","valueCode":"coded"}],
			"unknownElement":"unknown","contained":[{"resourceType":"Organization","id":"o","name":"Clinic"}]}`, "_content",
			[]string{"_content |ann", "_content |clinic", "_content |doctor", "_content |marked", "_content |narrated", "_content |portrait",
				"_content |record", "_content |shown", "_content |tag", "_content |who"}},
		{"within a Bundle", `{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","name":[{"family":"Lee"}]}},
			{"resource":{"resourceType":"Nothing","name":"x"}}]}`, "_content", []string{"_content |lee"}},
		{"not the details of an AuditEvent", `{"resourceType":"AuditEvent","outcomeDesc":"refused","entity":[{"name":"chart","detail":[{"type":"request","valueString":"b7f1"}]}]}`, "_content",
			[]string{"_content |chart", "_content |refused", "_content |request"}},
		{"not Binary's data", `{"resourceType":"Binary","contentType":"text/plain","data":"aGVsbG8="}`, "", nil},
	})
}
