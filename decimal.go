package nhip

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Decimal is an exact decimal number, Coef × 10^Exp: what was printed, without the
// errors of binary fractions. Eighteen significant digits are enough for every
// number in print; a longer one is refused by [ParseDecimal] unless its digits
// still fit Coef.
//
// Two Decimals made by [NewDecimal] are equal exactly if == says so.
type Decimal struct {
	Coef int64
	Exp  int32
}

// NewDecimal returns coef × 10^exp in its only normal form: no trailing zero in
// Coef, Exp 0 for zero.
func NewDecimal(coef int64, exp int32) Decimal {
	if coef == 0 {
		return Decimal{}
	}
	for coef%10 == 0 {
		coef /= 10
		exp++
	}
	return Decimal{coef, exp}
}

// ParseDecimal reads digits with an optional sign, decimal point and exponent,
// as in "-12.5" and "3e6": the machine's form, not a printed one.
func ParseDecimal(s string) (Decimal, error) {
	mantissa, exponent, hasExp := strings.Cut(strings.ToLower(s), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	printed := whole + fraction
	digits := strings.TrimRight(printed, "0") // String writes zeros for a positive exponent
	exp := len(whole) - len(digits)
	if len(digits) < len(printed) && strings.TrimLeft(digits, "+-") == "" {
		digits, exp = printed[:len(digits)+1], 0 // nothing but zeros
	}
	coef, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return Decimal{}, fmt.Errorf("decimal %q: not a number of at most 18 digits", s)
	}
	if hasExp {
		shift, err := strconv.Atoi(exponent)
		if err != nil || shift < -100 || shift > 100 {
			return Decimal{}, fmt.Errorf("decimal %q: exponent out of range", s)
		}
		exp += shift
	}
	if exp < -1000 || exp > 1000 { // far from what fits; the sum below stays small
		return Decimal{}, fmt.Errorf("decimal %q: exponent out of range", s)
	}
	d := NewDecimal(coef, int32(exp))
	if d.Exp < -100 || d.Exp > 100 {
		return Decimal{}, fmt.Errorf("decimal %q: exponent out of range", s)
	}
	return d, nil
}

// Neg returns -d.
func (d Decimal) Neg() Decimal { return Decimal{-d.Coef, d.Exp} }

// Sign returns -1, 0 or 1.
func (d Decimal) Sign() int {
	switch {
	case d.Coef < 0:
		return -1
	case d.Coef > 0:
		return 1
	}
	return 0
}

// Shift returns d × 10^n.
func (d Decimal) Shift(n int) Decimal { return NewDecimal(d.Coef, d.Exp+int32(n)) }

// Float64 returns the nearest float64.
func (d Decimal) Float64() float64 {
	f, err := strconv.ParseFloat(strconv.FormatInt(d.Coef, 10)+"e"+strconv.Itoa(int(d.Exp)), 64)
	if err != nil {
		return math.Copysign(math.Inf(1), float64(d.Coef))
	}
	return f
}

// String returns plain digits without exponent: "1200000000", "-0.4".
func (d Decimal) String() string {
	if d.Exp > 100 || d.Exp < -100 { // not in print; keep the text short
		return fmt.Sprintf("%de%d", d.Coef, d.Exp)
	}
	digits := strconv.FormatInt(d.Coef, 10)
	if d.Exp >= 0 {
		if d.Coef == 0 {
			return "0"
		}
		return digits + strings.Repeat("0", int(d.Exp))
	}
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	if missing := int(-d.Exp) + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) + int(d.Exp)
	return sign + digits[:point] + "." + digits[point:]
}

// MarshalJSON writes a JSON number.
func (d Decimal) MarshalJSON() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalJSON reads a JSON number.
func (d *Decimal) UnmarshalJSON(b []byte) error {
	v, err := ParseDecimal(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
