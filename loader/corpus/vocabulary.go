package corpus

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"nhip/catalog"
)

// Words written most, roughly in this order; a bar stands for a blank.
const frequentWords = `và của các là trong có được cho với đã những một không đến này người khi về để từ tại năm nước cũng theo
phải vào ra trên sẽ nhiều đó như bị tỷ đồng làm việc hơn đầu|tư doanh|nghiệp công|nghiệp phát|triển sản|xuất kinh|tế
thị|trường tăng giảm so cùng|kỳ tháng quý đạt khoảng triệu dự|án xuất|khẩu nhập|khẩu nhà|nước ngành sản|phẩm công|ty
chính|phủ bộ tỉnh thành|phố địa|phương hỗ|trợ chính|sách vốn giá tổng cục ông bà cho|biết còn nhưng vì nếu thì mà
đang rất lại sau trước đây đều chỉ mới giữa ngoài dưới qua bằng hay hoặc do bởi nên cần thể thời|gian`

// The parts of a syllable. The tone mark goes onto the letter behind the quote.
const (
	onsets = "b c ch d đ g h kh l m n ng nh ph qu r s t th tr v x"
	rimes  = `'a 'ac 'ach 'ai 'am 'an 'ang 'anh 'ao 'ap 'at 'au 'ay 'ăc 'ăm 'ăn 'ăng 'ăt 'âc 'âm 'ân 'âng 'ât 'âu 'ây
'e 'ec 'em 'en 'eo 'et 'ê 'ên 'ênh 'êt 'êch 'i 'ia 'ich 'im 'in 'inh 'it i'êc i'êm i'ên i'êng i'êt i'êu
'o o'a o'ai o'an o'ang 'oc 'oi 'om 'on 'ong 'ot 'ô 'ôc 'ôi 'ôn 'ông 'ôt 'ơ 'ơi 'ơn 'ơm 'u 'ua 'uc 'ui 'un 'ung 'ut
u'ôc u'ôi u'ôn u'ông u'y uy'ên 'ư 'ưa 'ưc 'ưng ư'ơc ư'ơi ư'ơn ư'ơng 'ưu`
)

// The vowels without a tone mark and with each.
var tones = [][]rune{[]rune("aăâeêioôơuưy"), []rune("àằầèềìòồờùừỳ"), []rune("áắấéếíóốớúứý"), []rune("ảẳẩẻểỉỏổởủửỷ"),
	[]rune("ãẵẫẽễĩõỗỡũữỹ"), []rune("ạặậẹệịọộợụựỵ")}

// vocabulary returns the words by rank, and those of the catalog among them.
func vocabulary(r *rand.Rand, all *catalog.Catalog) (words, phrases []string) {
	for _, w := range strings.Fields(frequentWords) {
		words = append(words, strings.ReplaceAll(w, "|", " "))
	}
	phrases = catalogPhrases(all, words)
	r.Shuffle(len(phrases), func(i, j int) { phrases[i], phrases[j] = phrases[j], phrases[i] })
	made := syllables()
	r.Shuffle(len(made), func(i, j int) { made[i], made[j] = made[j], made[i] })
	often := rand.NewZipf(r, 1.1, 100, uint64(len(made)-1))
	for k := range 24_000 {
		if k%18 == 0 && k/18 < len(phrases) { // through all ranks
			words = append(words, phrases[k/18])
		}
		word := make([]string, []int{1, 2, 2, 2, 2, 3}[r.IntN(6)])
		for i := range word {
			word[i] = made[often.Uint64()]
		}
		words = append(words, strings.Join(word, " "))
	}
	return words, phrases
}

func catalogPhrases(all *catalog.Catalog, known []string) (out []string) {
	seen := map[string]bool{}
	for _, w := range known {
		seen[w] = true
	}
	add := func(phrases ...string) {
		for _, p := range phrases {
			if p = strings.TrimSpace(p); p != "" && !seen[p] {
				seen[p] = true
				out = append(out, p)
			}
		}
	}
	for _, t := range all.Terms {
		add(t.Phrases...)
	}
	for _, i := range all.Indicators {
		add(i.Phrases...)
	}
	for _, i := range all.Industries {
		add(i.Words...)
	}
	for _, p := range all.Places {
		add(p.Name)
	}
	for _, o := range all.Organisations {
		add(o.Name)
	}
	for _, p := range all.Positions {
		add(p.Name)
	}
	return out
}

// syllables are all onsets with all rimes in all tones that they can bear: a rime
// that ends in a stop has two.
func syllables() (out []string) {
	for _, rime := range strings.Fields(rimes) {
		before, after, _ := strings.Cut(rime, "'")
		vowel, size := utf8.DecodeRuneInString(after)
		isStopped := strings.HasSuffix(rime, "c") || strings.HasSuffix(rime, "ch") || strings.HasSuffix(rime, "t") || strings.HasSuffix(rime, "p")
		for k, tone := range tones {
			if isStopped && k != 2 && k != 5 {
				continue
			}
			spelled := before + string(tone[slices.Index(tones[0], vowel)]) + after[size:]
			for _, onset := range strings.Fields(onsets) {
				out = append(out, onset+spelled)
			}
		}
	}
	return out
}

func foreignNames(r *rand.Rand, n int) []string {
	consonants, vowels := strings.Fields("b c d f g h j k l m n p r s t v w x z st tr ch"), strings.Fields("a e i o u ia ee ou")
	out := make([]string, n)
	for i := range out {
		var name strings.Builder
		for range 2 + r.IntN(3) {
			name.WriteString(consonants[r.IntN(len(consonants))] + vowels[r.IntN(len(vowels))])
		}
		if r.IntN(2) == 0 {
			name.WriteString(consonants[r.IntN(len(consonants))])
		}
		out[i] = capital(name.String())
	}
	return out
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
