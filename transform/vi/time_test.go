package vi

import (
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	ref := time.Date(2027, 11, 6, 10, 30, 0, 0, Zone)
	for _, c := range []struct {
		in, want string
		p        Precision
	}{
		{"Thứ bảy, 6/3/2027, 00:05 (GMT+7)", "2027-03-06T00:05:00+07:00", PrecisionMinute},
		{"07/03/2026 08:01 GMT+7", "2026-03-07T08:01:00+07:00", PrecisionMinute},
		{"07-03-2026 - 00:01 AM", "2026-03-07T00:01:00+07:00", PrecisionMinute},
		{"Thứ Tư, ngày 20/08/2025 13:00 PM", "2025-08-20T13:00:00+07:00", PrecisionMinute},
		{"… - Ngày 20/08/2025 13:00 PM (GMT+7)", "2025-08-20T13:00:00+07:00", PrecisionMinute},
		{"2026-03-07 08:07", "2026-03-07T08:07:00+07:00", PrecisionMinute},
		{"2026-03-07T08:07:09", "2026-03-07T08:07:09+07:00", PrecisionSecond},
		{"2026-03-07T01:07:09Z", "2026-03-07T08:07:09+07:00", PrecisionSecond},
		{"2026-03-07T08:52:11.000 +07:00", "2026-03-07T08:52:11+07:00", PrecisionSecond},
		{"2026-08-17T15:33:01&#x2B;07:00", "2026-08-17T15:33:01+07:00", PrecisionSecond},
		{"2026-08-17T15:33:01+0700", "2026-08-17T15:33:01+07:00", PrecisionSecond},
		{"2026-08-17T08:33:01-05:00", "2026-08-17T20:33:01+07:00", PrecisionSecond},
		{"Thứ Bảy, 07/03/2026 - 08:52", "2026-03-07T08:52:00+07:00", PrecisionMinute},
		{"07/03/2026\u00a0  08:52 (GMT+07:00)", "2026-03-07T08:52:00+07:00", PrecisionMinute},
		{" - 07/03/2026 08:47", "2026-03-07T08:47:00+07:00", PrecisionMinute},
		{"15:33, 17/08/2026", "2026-08-17T15:33:00+07:00", PrecisionMinute},
		{"Cập nhật lúc 12:00 ngày 09/06/2027", "2027-06-09T12:00:00+07:00", PrecisionMinute},
		{"14:19 GMT+7, 21/04/2027", "2027-04-21T14:19:00+07:00", PrecisionMinute},
		{"8h30 ngày 5/11/2027", "2027-11-05T08:30:00+07:00", PrecisionMinute},
		{"8h30 ngày 5/11", "2027-11-05T08:30:00+07:00", PrecisionMinute},
		{"8h ngày 25/12", "2026-12-25T08:00:00+07:00", PrecisionMinute},
		{"sáng 4/10/2027", "2027-10-04T00:00:00+07:00", PrecisionDay},
		{"10:30 SA, 4/10/2027", "2027-10-04T10:30:00+07:00", PrecisionMinute},
		{"4/10/2027 3:30 CH", "2027-10-04T15:30:00+07:00", PrecisionMinute},
		{"12:10 SA 4/10/2027", "2027-10-04T00:10:00+07:00", PrecisionMinute},
		{"2 giờ trước", "2027-11-06T08:30:00+07:00", PrecisionMinute},
		{"45 phút trước", "2027-11-06T09:45:00+07:00", PrecisionMinute},
		{"/Date(1772845313000)/", "2026-03-07T08:01:53+07:00", PrecisionSecond},
		{"1772845313", "2026-03-07T08:01:53+07:00", PrecisionSecond},
		{"20260307080153", "2026-03-07T08:01:53+07:00", PrecisionSecond},
		{"Sat, 07 Mar 2026 08:01:53 +0700", "2026-03-07T08:01:53+07:00", PrecisionSecond},
		{"Sat, 07 Mar 2026 01:01:53 GMT", "2026-03-07T08:01:53+07:00", PrecisionSecond},
		{"March 7, 2026 8:05 PM", "2026-03-07T20:05:00+07:00", PrecisionMinute},
		{"ngày 7 tháng 3 năm 2026", "2026-03-07T00:00:00+07:00", PrecisionDay},
		{"Hà Nội, ngày 09 tháng 12 năm 2026", "2026-12-09T00:00:00+07:00", PrecisionDay},
		{"Tháng Ba 7, 2026", "2026-03-07T00:00:00+07:00", PrecisionDay},
		{"7 Tháng Mười Hai, 2026", "2026-12-07T00:00:00+07:00", PrecisionDay},
		{"Hôm qua 08:15", "2027-11-05T08:15:00+07:00", PrecisionMinute},
		{"T7, 06/03/2027 19:20", "2027-03-06T19:20:00+07:00", PrecisionMinute},
		{"7.3.2026", "2026-03-07T00:00:00+07:00", PrecisionDay},
		{"tháng 3/2026", "2026-03-01T00:00:00+07:00", PrecisionMonth},
		{"16 giờ 30 phút ngày 1/9/2026", "2026-09-01T16:30:00+07:00", PrecisionMinute},
		{"8 giờ tối 1/9/2026", "2026-09-01T20:00:00+07:00", PrecisionMinute},
	} {
		got, p, ok := ParseTime(c.in, ref)
		if s := got.In(Zone).Format(time.RFC3339); !ok || s != c.want || p != c.p {
			t.Errorf("ParseTime(%q) = %s, %d, %v; want %s, %d", c.in, s, p, ok, c.want, c.p)
		}
	}
	for _, in := range []string{"", "hôm nào đó", "08:15", "31/02/2026", "Kinh doanh", "0904.123.456", "84/2025/QĐ"} {
		if got, _, ok := ParseTime(in, ref); ok {
			t.Errorf("ParseTime(%q) = %s", in, got)
		}
	}
}

func TestReadTimeIssues(t *testing.T) {
	for in, want := range map[string]string{
		"Thứ hai, 7/3/2026":   "the weekday is not that of the day",
		"07-03-2026 15:00 AM": "a 24-hour clock with AM",
		"03/25/2026":          "month printed before day",
	} {
		got, ok := ReadTime(in, time.Time{})
		if !ok || len(got.Issues) != 1 || got.Issues[0] != want {
			t.Errorf("ReadTime(%q): %v %q, want %q", in, ok, got.Issues, want)
		}
	}
	if got, _ := ReadTime("7/3/2026 8:00", time.Time{}); !got.ZoneAssumed {
		t.Error("no zone was printed, but ZoneAssumed is false")
	}
}

func FuzzReadTime(f *testing.F) {
	f.Add("Thứ bảy, 7/3/2026, 00:05 (GMT+7)")
	f.Add("2 giờ trước")
	f.Add("7 tháng 3 năm 2026 +99")
	ref := time.Date(2027, 11, 6, 10, 30, 0, 0, Zone)
	f.Fuzz(func(t *testing.T, s string) {
		if got, ok := ReadTime(s, ref); ok && (got.Year() < 1900 || got.Year() > 2101) {
			t.Fatalf("ReadTime(%q) = %s", s, got)
		}
	})
}
