package vi

import (
	"strconv"
	"strings"
)

// Decimal is the exact number Coef × 10^Exp.
type Decimal struct {
	Coef int64
	Exp  int32
}

// Shift returns d × 10^n.
func (d Decimal) Shift(n int) Decimal {
	if d.Coef == 0 {
		return Decimal{}
	}
	return Decimal{d.Coef, d.Exp + int32(n)}
}

// Compare orders two decimals as numbers. Numbers that differ by less than a
// float64 shows are equal.
func (d Decimal) Compare(e Decimal) int {
	a, b := d.Float64(), e.Float64()
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Float64 returns the nearest float64.
func (d Decimal) Float64() float64 {
	f, _ := strconv.ParseFloat(strconv.FormatInt(d.Coef, 10)+"e"+strconv.Itoa(int(d.Exp)), 64)
	return f
}

// Int returns d if it is a whole number from 0 to 999,999,999.
func (d Decimal) Int() (int, bool) {
	if d.Coef < 0 || d.Exp < 0 || d.Exp > 9 {
		return 0, false
	}
	n := d.Coef
	for range d.Exp {
		n *= 10
		if n > 999_999_999 {
			return 0, false
		}
	}
	return int(n), n <= 999_999_999
}

// String returns plain digits without exponent.
func (d Decimal) String() string {
	digits := strconv.FormatInt(d.Coef, 10)
	if d.Exp >= 0 && d.Exp < 40 {
		return digits + strings.Repeat("0", int(d.Exp))
	}
	if d.Exp < -40 || d.Exp >= 40 {
		return digits + "e" + strconv.Itoa(int(d.Exp))
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

func normal(coef int64, exp int32) Decimal {
	if coef == 0 {
		return Decimal{}
	}
	for coef%10 == 0 {
		coef, exp = coef/10, exp+1
	}
	return Decimal{coef, exp}
}

// add returns d+e where the sum fits, else ok is false.
func (d Decimal) add(e Decimal) (Decimal, bool) {
	for d.Exp > e.Exp {
		if d.Coef > 1<<58 {
			return Decimal{}, false
		}
		d.Coef, d.Exp = d.Coef*10, d.Exp-1
	}
	for e.Exp > d.Exp {
		if e.Coef > 1<<58 {
			return Decimal{}, false
		}
		e.Coef, e.Exp = e.Coef*10, e.Exp-1
	}
	return normal(d.Coef+e.Coef, d.Exp), true
}
