// Package vi reads written Vietnamese: it repairs text, decodes the encodings it
// arrives in, compares words, splits sentences and finds numbers, quantities,
// dates, periods and comparisons. It knows the language and nothing of any
// catalog, page or store, and can be used alone.
//
// Text is Unicode NFC as [Repair] returns it; offsets count Unicode code points.
// All functions are pure and safe for concurrent use.
package vi
