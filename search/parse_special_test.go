package search

import "testing"

func TestID(t *testing.T) {
	checkParsed(t, []parsed{
		{"Patient", "_id=23", "id:23"},
		{"Patient", "_id=23,a-b.c", "id:23,a-b.c"},
		{"Patient", "_id=1,2&_id=2,3", "id:2"},
		{"Patient", "_id:not=1,2", "!id:1,2"},
		{"Patient", "_id:missing=false", "true"},
		{"Patient", "_id:missing=true", "false"},
	})
	checkRejected(t, []rejected{
		{"Patient", "_id=a_b", "is no id"},
		{"Patient", "_id=Patient/1", "is no id"},
		{"Patient", "_id:exact=1", "right are :not or :missing"},
	})
}

// The examples of search.html#list.
func TestList(t *testing.T) {
	checkParsed(t, []parsed{
		{"Patient", "_list=42", "has List.item{id:42}"},
		{"Patient", "_list=42,43&gender=female", "(has List.item{id:42,43} & gender=female)"},
	})
	checkRejected(t, []rejected{
		{"AllergyIntolerance", "_list=$current-allergies", "not supported"},
		{"Patient", "_list=List/42", "is no id"},
		{"Patient", "_list:not=42", "no modifiers"},
	})
}

// The examples of location.html#search.
func TestNear(t *testing.T) {
	checkParsed(t, []parsed{
		{"Location", "near=-83.694810|42.256500|11.20|km", "near -83.69481 42.2565 within 11.2 km"},
		{"Location", "near=48|11", "near 48 11 within 10 km"},
		{"Location", "near=48|11|5", "near 48 11 within 5 km"},
		{"Location", "near=48|11|500|m", "near 48 11 within 0.5 km"},
		{"Location", "near=48|11|1|[mi_i]", "near 48 11 within 1.60934 km"},
		{"Location", "near=48|11||km", "near 48 11 within 10 km"},
		{"Location", "near=48|11|5,49|12|5", "(near 48 11 within 5 km | near 49 12 within 5 km)"},
	})
	checkRejected(t, []rejected{
		{"Location", "near=48", "is no place"},
		{"Location", "near=91|11", "is no latitude"},
		{"Location", "near=48|181", "is no longitude"},
		{"Location", "near=NaN|11", "is no latitude"},
		{"Location", "near=48|11|-1", "is no distance"},
		{"Location", "near=48|11|1|light-years", "no unit of distance"},
		{"Location", "near:missing=true", "no modifiers"},
	})
}

// The examples of search.html#text.
func TestText(t *testing.T) {
	checkParsed(t, []parsed{
		{"Condition", "_text=(bone OR liver) and metastases", "((_text=|bone | _text=|liver) & _text=|metastases)"},
		{"Condition", "_content=Liver", "_content=|liver"},
		{"Condition", "_content=liver bone", "(_content=|liver & _content=|bone)"},
		{"Condition", "_content=liver-bone,ÉTAT", "((_content=|bone & _content=|liver) | _content=|etat)"},
		{"Condition", "_content=a or b c", "(_content=|a | (_content=|b & _content=|c))"},
	})
	checkRejected(t, []rejected{
		{"Condition", "_text=(bone", "parenthesis that does not end"},
		{"Condition", "_text=bone)", "parenthesis too many"},
		{"Condition", "_text=bone and", "word missing"},
		{"Condition", "_text=or bone", "word missing"},
		{"Condition", "_text=()", "word missing"},
		{"Condition", `_text="bone marrow"`, "phrases are not supported"},
		{"Condition", "_text=...", "is no word"},
		{"Condition", "_text:exact=bone", "no modifiers"},
	})
}
