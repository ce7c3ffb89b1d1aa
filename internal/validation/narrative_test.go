package validation

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

const div = `<div xmlns="http://www.w3.org/1999/xhtml">`

func TestNarrative(t *testing.T) {
	for _, text := range []string{
		div + `x</div>`,
		"\n " + div + "x</div> ",
		`<div xmlns='http://www.w3.org/1999/xhtml' class = "a" >x</div >`,
		div + `<img src="#p" alt=""/></div>`,
		div + `<img src="data:image/png;base64,AA=="/></div>`,
		div + `<p>a &lt; b &amp;&nbsp;c &eacute;&#65;&#x1F600;</p><br /><hr/></div>`,
		div + `<!-- a comment - with > --><b>x</b></div>`,
		div + `<table border="1" class="grid"><thead><tr><th nowrap="nowrap">a</th></tr></thead><tbody><tr><td colspan="2" style="color:red">1</td></tr></tbody></table></div>`,
		div + `<a href="Patient/1">x</a><a name="y" href="mailto:a@b">x</a><a href="#z">z</a><a href="?a:b">z</a><a href="HTTPS://x/y:z">z</a></div>`,
		div + `<div xmlns="http://www.w3.org/1999/xhtml">x</div></div>`,
		div + `<span title="a&quot;b" xml:lang="de" lang="de">ä 😀</span></div>`,
	} {
		if code, wrong := narrative(text); wrong != "" {
			t.Errorf("%s: %s %s", text, code, wrong)
		}
		if err := wellFormed(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, c := range []struct{ text, want string }{
		{`just text`, "structure must be an XHTML div, not plain text"},
		{`<p xmlns="http://www.w3.org/1999/xhtml">x</p>`, "structure must be a div, not <p>"},
		{`<DIV xmlns="http://www.w3.org/1999/xhtml">x</DIV>`, "structure must be a div, not <DIV>"},
		{`<div>x</div>`, `structure <div> must be in the namespace xmlns="http://www.w3.org/1999/xhtml"`},
		{`<div xmlns="http://www.w3.org/1999/html">x</div>`, `structure <div> must be in the namespace xmlns="http://www.w3.org/1999/xhtml"`},
		{div + `<p xmlns="http://x">x</p></div>`, `structure <p> must be in the namespace xmlns="http://www.w3.org/1999/xhtml"`},
		{div + ` </div>`, "invariant must have some text or an image (txt-2)"},
		{`<div xmlns="http://www.w3.org/1999/xhtml"/>`, "invariant must have some text or an image (txt-2)"},
		{div + `x`, "structure is not well-formed XHTML: <div> is not closed"},
		{div + `<b>x</div>`, "structure is not well-formed XHTML: </div> closes nothing that is open"},
		{div + `x</div></div>`, "structure is not well-formed XHTML: there is something after the div"},
		{div + `x</div>x`, "structure is not well-formed XHTML: there is something after the div"},
		{div + `x</div><!-- x -->`, "structure is not well-formed XHTML: there is something after the div"},
		{div + `a < b</div>`, `structure is not well-formed XHTML: "<" must begin a tag; in text it is written as &lt;`},
		{div + `a & b</div>`, `structure is not well-formed XHTML: "&" must begin a character reference or a named entity of HTML; in text it is written as &amp;`},
		{div + `&bogus;</div>`, `structure is not well-formed XHTML: "&" must begin a character reference or a named entity of HTML; in text it is written as &amp;`},
		{div + `&#0;</div>`, `structure is not well-formed XHTML: "&" must begin a character reference or a named entity of HTML; in text it is written as &amp;`},
		{div + `&#xZ;</div>`, `structure is not well-formed XHTML: "&" must begin a character reference or a named entity of HTML; in text it is written as &amp;`},
		{div + "\x01</div>", "structure is not well-formed XHTML: a character that XML does not admit"},
		{div + `]]></div>`, `structure is not well-formed XHTML: "]]>" outside of CDATA`},
		{div + `<p class=x>x</p></div>`, "structure is not well-formed XHTML: <p class> has a value without quotes"},
		{div + `<td nowrap>x</td></div>`, "structure is not well-formed XHTML: <td nowrap> has no value"},
		{div + `<p class="x>x</p></div>`, `structure is not well-formed XHTML: <p class> has a value without its closing quote, or with a "<"`},
		{div + `<p class="a"id="b">x</p></div>`, "structure is not well-formed XHTML: no space before an attribute of <p>"},
		{div + `<p class="a" class="b">x</p></div>`, "structure is not well-formed XHTML: <p class> is there twice"},
		{div + `<p`, `structure is not well-formed XHTML: <p without its ">"`},
		{div + `x</div`, `structure is not well-formed XHTML: </div without its ">"`},
		{div + `<!-- a -- b -->x</div>`, `structure is not well-formed XHTML: a comment must end in "-->" and have no other "--"`},
		{div + `<!--><script>alert(1)</script>-->x</div>`, `structure is not well-formed XHTML: a comment stands in the div and neither begins with ">" or "->" nor ends in "--->"`},
		{div + `<![CDATA[><script>alert(1)</script>]]></div>`, "invariant declarations, CDATA and processing instructions are not allowed (txt-1)"},
		{`<?xml version="1.0"?>` + div + `x</div>`, "invariant declarations, CDATA and processing instructions are not allowed (txt-1)"},
		{`<!DOCTYPE div [<!ENTITY a "b">]>` + div + `x</div>`, "invariant declarations, CDATA and processing instructions are not allowed (txt-1)"},
		{div + `<script>alert(1)</script></div>`, "invariant <script> is not among the elements that a narrative may have (txt-1)"},
		{div + `<form>x</form></div>`, "invariant <form> is not among the elements that a narrative may have (txt-1)"},
		{div + `<svg:svg>x</svg:svg></div>`, "invariant <svg:svg> is not among the elements that a narrative may have (txt-1)"},
		{div + `<P>x</P></div>`, "invariant <P> is not among the elements that a narrative may have (txt-1)"},
		{div + `<` + strings.Repeat("x", 1000) + `/></div>`, "invariant <" + strings.Repeat("x", 64) + "…> is not among the elements that a narrative may have (txt-1)"},
		{div + `<p onclick="alert(1)">x</p></div>`, "invariant <p onclick> is not among the attributes that a narrative may have (txt-1)"},
		{div + `<p href="x">x</p></div>`, "invariant <p href> is not among the attributes that a narrative may have (txt-1)"},
		{div + `<a href="javascript:alert(1)">x</a></div>`, `invariant <a href> links to "javascript:alert(1)"; only http, https, mailto and other schemes that run nothing are allowed (txt-1)`},
		{div + `<a href=" Java&#10;Script&colon;alert(1)">x</a></div>`, `structure is not well-formed XHTML: "&" must begin a character reference or a named entity of HTML; in text it is written as &amp;`},
		{div + `<a href=" Java&#10;Script&#x3a;alert(1)">x</a></div>`, `invariant <a href> links to " Java&#10;Script&#x3a;alert(1)"; only http, https, mailto and other schemes that run nothing are allowed (txt-1)`},
		{div + `<a href="data:text/html,x">x</a></div>`, `invariant <a href> links to "data:text/html,x"; only http, https, mailto and other schemes that run nothing are allowed (txt-1)`},
		{div + `<img src="data:text/html,x"/></div>`, `invariant <img src> links to "data:text/html,x"; only http, https, mailto and other schemes that run nothing are allowed (txt-1)`},
	} {
		code, wrong := narrative(c.text)
		if got := code + " " + wrong; got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestNarrativeInResource(t *testing.T) {
	run(t, []check{
		{"missing", `{"resourceType":"Patient","text":{"id":"x"}}`, []string{
			"required Patient.text.status: is required", "required Patient.text.div: is required"}},
		{"wrong", `{"resourceType":"Patient","text":{"status":"done","div":"<p>"}}`, []string{
			`code-invalid Patient.text.status: "done" is not in http://hl7.org/fhir/ValueSet/narrative-status: additional, empty, extensions or generated`,
			"structure Patient.text.div: must be a div, not <p>"}},
		{"kind", `{"resourceType":"Patient","text":{"status":"empty","div":{}}}`, []string{
			"structure Patient.text.div: must be a string, not object"}},
		{"empty", `{"resourceType":"Patient","text":{"status":"empty","div":""}}`, []string{
			"structure Patient.text.div: is an empty string; what has no value is left out"}},
	})
}

// wellFormed asks Go's own parser.
func wellFormed(text string) error {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Entity = xml.HTMLEntity
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// FuzzNarrative: what is accepted is well-formed, and has no element that runs
// anything.
func FuzzNarrative(f *testing.F) {
	f.Add(div + `<p class="a">x &lt; <b>y</b></p><!-- c --><img src="#a" alt='b'/></div>`)
	f.Add(div + `&#x41;&nbsp;<a href="java&#10;script:x">x</a></div>`)
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "")
		_, wrong := narrative(text)
		if wrong != "" {
			return
		}
		if err := wellFormed(text); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if strings.Contains(text, "<script") && !strings.Contains(text, "<!--") {
			t.Fatalf("%q has a script", text)
		}
	})
}
