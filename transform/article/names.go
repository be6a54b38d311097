package article

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"nhip/transform/vi"
)

// signature takes the line that names the author apart: the personal or pen names
// in it, and the credit where it names one ("Hà Thu (theo Reuters)").
func signature(line string) (names []string, credit string) {
	line = vi.Repair(line)
	if line == "" || len(line) > 400 || strings.Contains(line, "://") {
		return nil, ""
	}
	if name, paper, ok := relayed(line); ok {
		return []string{name}, paper
	}
	line, credit = cutBrackets(line)
	if rest, ok := cutCredit(line); ok {
		return nil, rest
	}
	line = trimLabel(line)
	if i := indexFold(line, "ảnh:"); i > 0 { // a photo credit glued on
		line = tidy(line[:i])
	}
	if i := indexFold(line, " theo "); i > 0 {
		from := tidy(strings.TrimPrefix(line[i+len(" theo "):], "báo "))
		if first, _ := utf8.DecodeRuneInString(from); !unicode.IsUpper(first) && !looksLikeHost(from) {
			return nil, credit // "… được giao theo dõi việc thực hiện"
		}
		if credit == "" {
			credit = from
		}
		line = line[:i]
	}
	for _, part := range splitNames(line) {
		part = trimLabel(part)
		if isName(part) && !containsFold(names, part) {
			names = append(names, part)
		}
	}
	return names, credit
}

// relayed reads the form of papers that print others' texts: "Theo Trần An (Báo X)"
// names the author and then the paper.
func relayed(line string) (name, paper string, ok bool) {
	before, inner, ok := strings.Cut(strings.TrimSpace(line), "(")
	if !ok {
		return "", "", false
	}
	name, ok = cutCredit(before)
	paper, closed := strings.CutSuffix(strings.TrimSpace(inner), ")")
	if !ok || !closed || !isName(name) || strings.Count(name, " ") == 0 || strings.Count(name, " ") > 3 {
		return "", "", false
	}
	for w := range strings.FieldsSeq(name) {
		if r, _ := utf8.DecodeRuneInString(w); !unicode.IsUpper(r) {
			return "", "", false
		}
	}
	return name, tidy(paper), true
}

// cutBrackets removes every bracketed remark; one that begins with "theo" or
// "nguồn" is the credit.
func cutBrackets(line string) (rest, credit string) {
	for {
		open := strings.IndexByte(line, '(')
		if open < 0 {
			return tidy(line), credit
		}
		inner, after, ok := strings.Cut(line[open+1:], ")")
		if c, is := cutCredit(inner); is {
			credit = c
		}
		if !ok {
			after = ""
		}
		line = line[:open] + " " + after
	}
}

// cutCredit returns what stands after "Theo", "Nguồn" or "Nguồn tin".
func cutCredit(line string) (string, bool) {
	line = tidy(line)
	key := strings.ToLower(line)
	for _, p := range []string{"theo nguồn", "theo", "nguồn tin", "nguồn"} {
		if !strings.HasPrefix(key, p) || len(key) != len(line) {
			continue
		}
		rest := line[len(p):]
		if rest == "" {
			return "", true
		}
		if trimmed := strings.TrimLeft(rest, " :-–"); trimmed != rest {
			return tidy(strings.TrimPrefix(trimmed, "báo ")), true // "Báo" belongs to the name
		}
	}
	return "", false
}

func tidy(s string) string {
	return strings.Join(strings.Fields(strings.Trim(s, " \t\n-–—|•·,;:.…*_/")), " ")
}

// splitNames cuts a line at the signs that part names. A hyphen without blanks
// belongs to a name.
func splitNames(line string) []string {
	for _, sep := range []string{" và ", " & ", " - ", " – ", " — ", "|", "/", "•", "·", ";", "\n", "\t"} {
		line = strings.ReplaceAll(line, sep, ",")
	}
	return strings.Split(line, ",")
}

// trimLabel removes the words that introduce an author.
func trimLabel(s string) string {
	s = tidy(s)
	for again := true; again; {
		again = false
		for _, label := range labels {
			rest, ok := cutPrefixFold(s, label)
			if !ok {
				continue
			}
			if trimmed := strings.TrimLeft(rest, " :-–"); trimmed != rest || rest == "" {
				s, again = tidy(trimmed), true
			}
		}
	}
	return s
}

var labels = []string{"tác giả bài viết", "tác giả", "bài và ảnh", "bài, ảnh", "bài - ảnh", "bài viết", "bài", "ảnh", "tin và ảnh", "tin, ảnh",
	"tin", "thực hiện", "người viết", "biên dịch", "dịch", "by", "bởi", "viết bởi", "đăng bởi", "người đăng", "nội dung", "phóng viên", "pv", "nhóm pv", "ctv", "clip", "video", "đồ họa"}

// notNames are words no personal or pen name holds: they speak of offices, papers
// and how a text came about.
var notNames = map[string]bool{"báo": true, "bao": true, "tạp": true, "chí": false, "theo": true, "tổng": true, "hợp": true,
	"phóng": true, "viên": true, "online": true, "news": true, "ban": true, "biên": true, "tập": true, "tòa": true, "soạn": true,
	"admin": true, "editor": true, "website": true, "ảnh": true, "video": true, "nguồn": true, "tin": true, "nhóm": true,
	"chia": true, "sẻ": true, "bài": true, "viết": true, "trang": false, "tác": true, "giả": true, "xem": true, "thêm": true,
	"cập": true, "nhật": false, "lúc": true, "ngày": true, "giờ": true, "đăng": false, "email": true, "facebook": true,
	"bình": false, "luận": true, "thông": false, "tấn": true, "của": true, "và": true, "các": true, "là": true, "trên": true}

// agencies sign like authors but are no people.
var agencies = map[string]bool{"ttxvn": true, "vov": true, "vtv": true, "vtc": true, "vna": true, "afp": true, "ap": true,
	"reuters": true, "bloomberg": true, "pv": true, "ctv": true, "bt": true, "vnexpress": true, "baochinhphu": true, "vgp": true, "xinhua": true, "yonhap": true}

// isName reports whether s can be a personal or pen name: one to six words of
// at least two letters, the first in capitals, none of them an office's or a paper's word.
func isName(s string) bool {
	if s == "" || utf8.RuneCountInString(s) > 40 || agencies[strings.ToLower(s)] || isBureau(s) {
		return false
	}
	n, letters := 0, 0
	for w := range strings.FieldsSeq(s) {
		n++
		if notNames[strings.ToLower(w)] {
			return false
		}
		for _, r := range w {
			if !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune(".-'’", r) {
				return false
			}
			letters++
		}
	}
	first, _ := utf8.DecodeRuneInString(s)
	return letters >= 2 && n <= 6 && unicode.IsUpper(first) && !looksLikeHost(s) && !isOffice(s) && !accounts[strings.ToLower(s)]
}

// isBureau recognises the office of an agency, capitals and a place: "VOV-Đông Bắc".
func isBureau(s string) bool {
	agency, place, ok := strings.Cut(s, "-")
	if !ok || len(agency) < 3 || strings.ToUpper(place) == place {
		return false
	}
	return strings.Trim(agency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// accounts are names that publishing systems give to whoever writes.
var accounts = map[string]bool{"super user": true, "superuser": true, "administrator": true, "user": true, "root": true, "webmaster": true,
	"quản trị": true, "quản trị viên": true, "guest": true, "anonymous": true, "unknown": true, "null": true, "undefined": true}

// isOffice recognises what begins as the name of an office and goes on in small
// letters, as "Phòng Quản lý công nghiệp" does; a person may be called Văn Phòng.
func isOffice(s string) bool {
	l := strings.ToLower(s)
	for _, p := range offices {
		if strings.HasPrefix(l, p) && len(l) > len(p) {
			return true
		}
	}
	return false
}

var offices = []string{"phòng ", "văn phòng", "sở ", "cục ", "vụ ", "viện ", "hiệp hội", "trung tâm", "công ty", "ủy ban", "uỷ ban", "ubnd", "bộ ", "chi cục", "tổng cục",
	"tổng công ty", "trường ", "đài ", "cổng thông tin", "thông tấn xã"}

func looksLikeHost(s string) bool {
	l := strings.ToLower(s)
	return strings.HasSuffix(l, ".vn") || strings.HasSuffix(l, ".com") || strings.HasSuffix(l, ".net")
}

// isSignature reports whether a whole line can only be a name: every word of it
// begins with a capital, and there are at least two or the line is all capitals
// and points.
func isSignature(line string) bool {
	names, credit := signature(line)
	if len(names) == 0 {
		return false
	}
	total := 0
	for _, name := range names {
		for w := range strings.FieldsSeq(name) {
			total++
			if r, _ := utf8.DecodeRuneInString(w); !unicode.IsUpper(r) {
				return false
			}
		}
	}
	rest := line
	if i := strings.IndexByte(rest, '('); i >= 0 {
		rest = rest[:i]
	}
	return total >= 2 && total <= 5*len(names) && (credit != "" || len(names) == countNames(trimLabel(rest)))
}

// countNames counts the parts of a line of names, those of agencies left out.
func countNames(line string) (n int) {
	for _, part := range splitNames(line) {
		if part = tidy(part); !isBureau(part) && !agencies[strings.ToLower(part)] {
			n++
		}
	}
	return n
}

func indexFold(s, sub string) int {
	l := strings.ToLower(s)
	if len(l) != len(s) {
		return -1
	}
	return strings.Index(l, sub)
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

func containsFold(list []string, s string) bool {
	for _, e := range list {
		if strings.EqualFold(e, s) {
			return true
		}
	}
	return false
}
