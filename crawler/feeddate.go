package crawler

import (
	"regexp"
	"strings"
	"time"

	"nhip"
)

var (
	weekday  = regexp.MustCompile(`^[\p{L}]+(?: [\p{L}]+| \d)?,\s*`) // "Sat, ", "Thứ bảy, ", "Thứ 7, "
	zoneName = regexp.MustCompile(`(?i)\s*\(?\s*(?:GMT|UTC|Z)?\s*([+-])(\d{1,2}):?(\d{2})?\s*\)?$`)
	zoneZero = regexp.MustCompile(`(?i)\s*(?:GMT|UTC|UT|Z)$`)
	zoneICT  = regexp.MustCompile(`(?i)\s*(?:ICT|INDOCHINA)$`)
	halfDay  = regexp.MustCompile(`(?i)\s*(AM|PM|SA|CH)$`)
	slashes  = regexp.MustCompile(`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})[ ,T-]*`)
	fraction = regexp.MustCompile(`(:\d{2})\.\d+$`)
)

// feedTime reads the date forms that Vietnamese feeds use besides RFC 822 and RFC
// 3339; the zero time means none of them. A date without a zone is
// Asia/Ho_Chi_Minh.
//
// Numbers with slashes are day/month/year, as the country writes them, except before
// AM or PM: that is how .NET prints a date where nobody set a culture, month first.
func feedTime(printed string) time.Time {
	s := strings.Join(strings.Fields(printed), " ")
	if s == "" || len(s) > 80 {
		return time.Time{}
	}
	s = weekday.ReplaceAllString(s, "")
	s, zone := cutZone(s)
	s = fraction.ReplaceAllString(s, "$1")
	half := ""
	if m := halfDay.FindStringSubmatchIndex(s); m != nil {
		half, s = strings.ToUpper(s[m[2]:m[3]]), s[:m[0]]
		switch half {
		case "SA":
			half = "AM"
		case "CH":
			half = "PM"
		}
	}
	monthFirst := half != ""
	for _, layout := range feedLayouts {
		if t, ok := parseFeedTime(layout, s, half, zone); ok {
			return t
		}
	}
	m := slashes.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}
	}
	clock := s[len(m[0]):]
	if clock == "" {
		clock = "0:00"
	}
	first, second := "2/1/2006", "1/2/2006"
	if monthFirst {
		first, second = second, first
	}
	date := m[1] + "/" + m[2] + "/" + m[3] + " " + clock
	for _, day := range []string{first, second} { // the other order where a month would be over 12
		for _, tail := range []string{" 15:04:05", " 15:04"} {
			if t, ok := parseFeedTime(day+tail, date, half, zone); ok {
				return t
			}
		}
	}
	return time.Time{}
}

var feedLayouts = []string{
	"2 Jan 2006 15:04:05", "2 Jan 2006 15:04", "2 Jan 06 15:04:05", "2 Jan 06 15:04", "2 January 2006 15:04:05", "2-Jan-2006 15:04:05",
	"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "2006/01/02 15:04:05", "Jan 2, 2006 15:04:05",
	"Jan 2 15:04:05 2006",
}

// parseFeedTime applies AM and PM to the hours 1 to 12 only: "13:00 PM" is one hour
// past noon.
func parseFeedTime(layout, s, half string, zone *time.Location) (time.Time, bool) {
	t, err := time.ParseInLocation(layout, s, zone)
	if err != nil {
		return time.Time{}, false
	}
	switch {
	case half == "PM" && t.Hour() < 12:
		t = t.Add(12 * time.Hour)
	case half == "AM" && t.Hour() == 12:
		t = t.Add(-12 * time.Hour)
	}
	return t, true
}

// cutZone takes the zone off the end: "GMT+7", "+07", "+07:00", "(GMT+7)", "GMT".
func cutZone(s string) (string, *time.Location) {
	if rest := zoneICT.ReplaceAllString(s, ""); rest != s {
		return rest, nhip.Zone
	}
	if rest := zoneZero.ReplaceAllString(s, ""); rest != s && rest != "" {
		return rest, time.UTC
	}
	m := zoneName.FindStringSubmatchIndex(s)
	if m == nil || !strings.Contains(s[:m[0]], ":") { // "2026-03-07" ends in no zone
		return s, nhip.Zone
	}
	hours := atoi2(s[m[4]:m[5]])
	minutes := 0
	if m[6] >= 0 {
		minutes = atoi2(s[m[6]:m[7]])
	}
	if hours > 14 || minutes > 59 {
		return s, nhip.Zone
	}
	offset := hours*3600 + minutes*60
	if s[m[2]:m[3]] == "-" {
		offset = -offset
	}
	if offset == 7*3600 {
		return s[:m[0]], nhip.Zone
	}
	return s[:m[0]], time.FixedZone("", offset)
}

func atoi2(digits string) int {
	n := 0
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}
