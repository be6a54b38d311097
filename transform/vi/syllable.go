package vi

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// syllables holds every well-formed Vietnamese syllable without its tone. It
// contains more than the words of the language, as a syllable chart does.
var syllables = sync.OnceValue(func() map[string]bool {
	onsets := append(strings.Fields("b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"), "")
	rimes := strings.Fields(`
		a ac ach ai am an ang anh ao ap at au ay
		ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
		e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
		i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
		o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong oong ooc op ot
		ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
		u ua uân uâng uât uây uc uê uêch uênh ui um un ung uơ uôc uôi uôm uôn uông uôt up ut uy uya uych uynh uyt uyên uyêt uyu
		ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
		y yêm yên yêng yêt yêu ynh`)
	all := make(map[string]bool, len(onsets)*len(rimes))
	for _, o := range onsets {
		for _, r := range rimes {
			all[o+r] = true
		}
	}
	all["gi"], all["gin"], all["quôc"] = true, true, true
	return all
})

// IsSyllable reports whether word is one well-formed Vietnamese syllable, in any
// case: its letters form an onset and a rime, and a rime closed by c, ch, p or t
// bears the tone sắc or nặng. Foreign words may pass by chance.
func IsSyllable(word string) bool {
	if len(word) > 24 {
		return false
	}
	var buf [24]byte
	bare := buf[:0]
	tone := Level
	for _, r := range word {
		l := letterOf(r)
		if l.tone != Level {
			if tone != Level {
				return false
			}
			tone = l.tone
		}
		bare = utf8.AppendRune(bare, l.base)
	}
	if len(bare) == 0 || !syllables()[string(bare)] {
		return false
	}
	switch {
	case tone == Rising || tone == Heavy:
		return true
	case strings.HasSuffix(string(bare), "ch"):
		return false
	}
	switch last := bare[len(bare)-1]; last {
	case 'c', 'p', 't':
		return false
	}
	return true
}
