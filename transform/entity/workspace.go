package entity

// workspace is the memory that the words of one article need and the next article
// uses again. Nothing in it outlives the call: what is found are parts of the article
// and names of the catalog.
type workspace struct {
	toks  slab[token]
	hits  slab[hit]
	hit   slab[int32]
	kinds slab[kindSet]
	used  slab[bool]
}

func (w *workspace) reset() {
	w.toks.reset()
	w.hits.reset()
	w.hit.reset()
	w.kinds.reset()
	w.used.reset()
}

// slab hands out slices one after the other from one stretch of memory.
type slab[T any] struct{ free []T }

// mostKept bounds what a slab keeps for the next article, in elements.
const mostKept = 1 << 16

func (s *slab[T]) reset() {
	if cap(s.free) > mostKept {
		s.free = nil
	}
	s.free = s.free[:0]
}

// open returns an empty slice with room for about n elements, to be appended to and
// then closed before anything else is taken.
func (s *slab[T]) open(n int) []T {
	used := len(s.free)
	if cap(s.free)-used < n { // what was handed out stays where it is
		s.free, used = make([]T, 0, max(1024, 2*cap(s.free), n)), 0
	}
	return s.free[used:used]
}

// close ends the appending to the slice that was opened last.
func (s *slab[T]) close(filled []T) {
	if n := len(s.free) + len(filled); n <= cap(s.free) { // else it moved to memory of its own
		s.free = s.free[:n]
	}
}

// take returns n zero elements.
func (s *slab[T]) take(n int) []T {
	t := s.open(n)[:n]
	clear(t)
	s.close(t)
	return t[:n:n]
}
