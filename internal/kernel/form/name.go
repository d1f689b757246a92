package form

// What the author of a form has to know of the names in its expressions.

// Name is how the answer to a question is called in an expression. Only questions that Placed, Row or WithParts returned
// have one.
func (f Field) Name() string { return f.name }

// Nameable reports whether an expression can name the answer.
func (f Field) Nameable() bool {
	t, ok := f.celType()
	return ok && t != nil && nameable.MatchString(f.name)
}

// Placed returns the questions of a page with their names.
func (p Page) Placed() []Field {
	out := make([]Field, len(p.Fields))
	for i, f := range p.Fields {
		out[i] = f.placed()
	}
	return out
}

// Row returns the questions of the n-th row of a group.
func (f Field) Row(n int) []Field { return f.ofRow(n) }

// WithParts returns a question and, of a person block, its parts.
func (f Field) WithParts() []Field { return append([]Field{f}, f.parts(nil)...) }
