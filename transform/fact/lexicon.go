package fact

import (
	"strings"
	"sync"
)

// tag is what a word or phrase does for the numbers beside it.
type tag uint8

const (
	tagNone    tag = iota
	tagUp          // tăng
	tagDown        // giảm
	tagExceed      // vượt: growth over a plan
	tagLevel       // đạt, ở mức
	tagTo          // lên, xuống, còn: the number after it is where a change ends
	tagShare       // chiếm
	tagPart        // đóng góp
	tagTimes       // gấp
	tagEqual       // bằng
	tagAlso        // tương đương
	tagFill        // adverbs between verb and number
	tagEst         // ước
	tagFuture      // dự kiến, sẽ
	tagTarget      // mục tiêu
	tagPlan        // kế hoạch
	tagList        // bao gồm, trong đó: parts of the subject before follow
	tagSays        // cho biết, thống kê: who speaks stands before it
	tagTheo        // theo: who speaks stands after it
	tagModal       // đã, vẫn, sẽ: the verb phrase begins
	tagLead        // words at the head of a clause that name nothing
	tagReports     // ghi nhận, với, đặt mục tiêu: the subject of the number comes after it
	tagRespect     // lần lượt
	tagExclude     // loại trừ: a condition on the indicator
	tagNoun        // a noun with a verb inside: thâm hụt, vốn tăng thêm
)

// words of each tag, longest match wins. Keys are as [vi.Key] makes them.
var tagWords = map[tag]string{
	tagUp: `tăng|gia tăng|tăng trưởng|tăng thêm|tăng vọt|tăng tới|tăng mạnh|tăng nhẹ|tăng cao|tăng khá|tăng nhanh|tăng trưởng dương|
		nhích|nhích nhẹ|bật tăng|đi lên|leo thang|leo|cao hơn|nhiều hơn|lớn hơn|cộng thêm|bổ sung thêm|mức tăng|đạt mức tăng|tốc độ tăng|mức tăng trưởng|tốc độ tăng trưởng|
		phục hồi|mở rộng thêm|tăng thu|nhảy vọt|bứt phá|tăng với tỷ lệ|tăng với tốc độ|tăng với mức|tăng trưởng với tốc độ|tăng ở mức|tăng trưởng ở mức|tăng giá|nới rộng|cải thiện|cải thiện thêm|nhỉnh hơn|nhỉnh|vọt|vọt lên|bứt tốc|quay đầu tăng|đảo chiều tăng|tăng phi mã|phình thêm`,
	tagDown: `giảm|sụt giảm|suy giảm|sụt|thu hẹp|lao dốc|hụt|âm|giảm mạnh|giảm sâu|giảm nhẹ|giảm tới|đi xuống|rơi|mất|thấp hơn|ít hơn|cắt giảm|
		tụt|bốc hơi|co lại|mức giảm|tốc độ giảm|giảm thêm|giảm giá|hạ|giảm với tỷ lệ|giảm với tốc độ|giảm với mức|giảm ở mức|tăng trưởng âm|hao hụt|giảm bớt|kém|kém hơn|rớt|tuột|quay đầu giảm|đảo chiều giảm|co hẹp|vơi|bay hơi|mất giá`,
	tagExceed: `vượt|vượt mức|vượt trên`,
	tagLevel: `đạt|đạt được|đạt tới|là|ở mức|đứng ở mức|đứng ở|ghi nhận ở mức|đạt mức|cán mốc|chạm mốc|chạm|duy trì ở mức|giữ ở mức|giữ mức|dao động|
		vào khoảng|ở khoảng|lên mức|lên tới|lên đến|xuống mức|về mức|còn mức|có giá|trị giá|ghi nhận|đạt khoảng|vượt mốc|đạt mốc|đạt kỷ lục|lập kỷ lục|
		chỉ đạt|mới đạt|mang về|thu về|cho ra|rơi vào|được|nằm ở mức|phổ biến|giữ nguyên mức|giữ nguyên ở mức|dừng ở|dừng ở mức|neo ở mức|lập đỉnh|xác lập mức|cán đích|chốt ở|chốt ở mức|chốt tại|chốt phiên ở|chốt phiên tại|đóng cửa ở|đóng cửa ở mức|đóng cửa tại|kết phiên ở|kết phiên tại`,
	tagTo:    `lên|xuống|còn|chỉ còn|xuống còn|về|lùi về|lên thành|xuống dưới|lên trên`,
	tagShare: `chiếm|đáp ứng|đảm bảo|chiếm tỷ trọng|chiếm tới|chiếm đến|chiếm tỷ lệ|chiếm khoảng|nắm giữ|nắm|chiếm thị phần`,
	tagPart:  `đóng góp|góp|đóng góp vào|làm tăng|làm giảm|kéo giảm|đóng góp tới`,
	tagTimes: `gấp|cao gấp|tăng gấp|gấp tới|nhiều gấp|lớn gấp|gấp khoảng`,
	tagEqual: `bằng|hoàn thành|chỉ bằng|mới bằng|thực hiện|thực hiện được|đạt tỷ lệ|giải ngân`,
	tagAlso:  `tương đương|tương ứng|tương đương với|tương ứng với|tức|hay|quy đổi|tương đương khoảng`,
	tagFill: `thêm|tới|đến|chỉ|cũng|mạnh|nhẹ|nhanh|cao|sâu|khá|rất|mức|bình quân|trung bình|tổng cộng|hiện|tiếp tục|tiếp|vẫn|đều|cùng|trở lại|đáng kể|
		thấp|xấp xỉ|chung|kỷ lục|ấn tượng|vững|ổn định|khoảng|hơn|gần|dự|ngay|riêng|đột biến|chóng mặt|thực tế|đã|đang|bị|từ|ở|tốt|lại|toàn bộ|vào|phải|cần|tiêu cực|tích cực|trưởng|dần`,
	tagEst:    `ước|ước tính|ước đạt|ước thực hiện|ước khoảng|ước chừng|ước tăng|ước giảm|ước có|ước cả năm`,
	tagFuture: `dự kiến|dự báo|dự tính|sẽ|có thể|kỳ vọng|được dự báo|được kỳ vọng|có khả năng|ước sẽ|triển vọng|hạ dự báo|nâng dự báo|giữ nguyên dự báo|điều chỉnh dự báo|điều chỉnh giảm dự báo|điều chỉnh tăng dự báo`,
	tagTarget: `đặt chỉ tiêu|đề ra chỉ tiêu|giao chỉ tiêu|mục tiêu|phấn đấu|chỉ tiêu|đặt mục tiêu|đáp ứng mục tiêu|với mục tiêu|mục tiêu là|đặt ra mục tiêu|đề ra mục tiêu|hướng tới|hướng đến|nhằm đạt|đặt ra mục tiêu|đề ra mục tiêu|quyết tâm đạt`,
	tagPlan:   `theo kế hoạch|đặt kế hoạch|đề ra kế hoạch|lên kế hoạch|kế hoạch đặt ra|có kế hoạch`,
	tagList:   `bao gồm|gồm|trong đó|gồm có|trong số đó|cụ thể|cụ thể là|bao gồm cả|cụ thể như sau|chia theo|trong số này`,
	tagSays: `cho biết|cho hay|thống kê|ghi nhận được|công bố|dự báo|nhận định|thông tin|khẳng định|chia sẻ|nêu rõ|cho rằng|đánh giá|ước tính|báo cáo|nói|
		thông báo|tiết lộ|nhấn mạnh|lưu ý|ban hành|cho thấy|đặt mục tiêu|đặt chỉ tiêu|đề ra mục tiêu|đặt ra mục tiêu|đặt kế hoạch|phấn đấu|hạ dự báo|nâng dự báo|giữ nguyên dự báo|điều chỉnh dự báo|điều chỉnh giảm dự báo|điều chỉnh tăng dự báo`,
	tagTheo:  `theo`,
	tagModal: `đã|vẫn|sẽ|đang|cũng|đều|tiếp tục|bị|chỉ|mới|vừa|còn|luôn|giữ|giữ nguyên|duy trì|có xu hướng|đạt được|không ngừng|hiện|không chỉ|lại`,
	tagLead: `tính chung|riêng|trong đó|cụ thể|theo đó|tuy nhiên|ngoài ra|bên cạnh đó|đồng thời|đáng chú ý|đặc biệt|trước đó|hiện|hiện nay|hiện tại|và|nhưng|mà|thì|với|
		là|đây là|nếu|do|qua đó|từ đó|trong|tại|ở|so|cả|cũng|chỉ|mới|có|khi|lũy kế|cộng dồn|bao gồm|gồm|như|phấn đấu|mục tiêu|đặt mục tiêu|đưa|nâng|việc|sự|mức|
		đến nay|còn|song|trong khi|trong khi đó|mặt khác|nhờ đó|vì vậy|do đó|như vậy|kết quả|kết quả là|tính đến|trên|từ|đã|tính|tổng cộng|ước tính|ước|dự kiến|cho biết|
		tiếp theo|tiếp đến|tiếp đó|sau đó|được biết|bởi lẽ|mặc dù|tuy|dù|đó là|của|vào|về|để|giúp|khiến|làm|sau|trước|đến|theo|hết|vừa qua|gần đây|ngược lại|chủ yếu|nhất là|phần lớn|cùng với đó|
		cùng thời điểm|ngày càng|nhờ|tức|hay|tương đương|cùng|đạt|sẽ|một số|dự báo|mỗi|bình quân|trung bình|lần lượt|các chỉ tiêu|kể cả|nêu rõ|xét về|xét theo|tính theo|số liệu|thống kê|trong năm|đầu năm|liên tiếp|đối với|với việc|liên quan đến|dẫn đầu là|đứng đầu là|dẫn đầu|cao nhất là|thấp nhất là|trở lại|nên|ghi nhận|đứng thứ hai|đứng thứ ba|đứng thứ|đứng đầu|xếp thứ|xếp thứ hai|xếp thứ ba|đứng đầu là|đứng vị trí|đứng ở vị trí|tiếp theo là|tiếp đến là|toàn tỉnh|toàn thành phố|toàn huyện|toàn quốc|toàn thành`,
	tagReports: `đạt|đạt được|đặt chỉ tiêu|đề ra chỉ tiêu|ghi nhận|đặt mục tiêu|phấn đấu|cho rằng|cho biết|cho thấy|đặt ra mục tiêu|đề ra mục tiêu|chứng kiến|đáp ứng mục tiêu|với mục tiêu|mục tiêu là|đã làm|khiến|với|
		báo cáo|công bố|có|nhằm|thống kê|xác định|mục tiêu|dự báo|dự kiến|nhận định|cho hay|ước tính|nâng|đưa|đặt kế hoạch|lên kế hoạch|đề ra kế hoạch|giao chỉ tiêu|chỉ tiêu|hạ dự báo|nâng dự báo|giữ nguyên dự báo|điều chỉnh dự báo|điều chỉnh giảm dự báo|điều chỉnh tăng dự báo`,
	tagRespect: `lần lượt|tương ứng là|lần lượt là|lần lượt ở mức|lần lượt đạt`,
	tagExclude: `nếu loại trừ|loại trừ|sau khi loại trừ|nếu trừ|không kể|chưa kể|không tính|chưa tính|chưa bao gồm|không bao gồm|nếu không tính`,
	tagNoun:    `thâm hụt|thặng dư|bội chi|vốn tăng thêm|vốn đăng ký tăng thêm|vốn đầu tư tăng thêm|vốn điều chỉnh tăng thêm|vốn đăng ký điều chỉnh tăng thêm|phần vốn tăng thêm|giảm nghèo|giảm phát|giảm trừ|tăng ca|tăng tốc|giá trị tăng thêm|giá trị gia tăng|giảm phát thải|hao hụt điện năng|tổn thất`,
}

// tagSet is the tags a phrase may have.
type tagSet uint32

func (s tagSet) has(t tag) bool { return s&(1<<t) != 0 }

// hasAny reports whether s holds one of the tags.
func (s tagSet) hasAny(tags ...tag) bool {
	for _, t := range tags {
		if s.has(t) {
			return true
		}
	}
	return false
}

type tagTable struct {
	phrases *phrases
	sets    []tagSet
}

var tagged = sync.OnceValue(func() *tagTable {
	t := &tagTable{phrases: newPhrases()}
	ref := map[string]int{}
	for kind := tag(1); kind <= tagNoun; kind++ {
		for w := range strings.SplitSeq(tagWords[kind], "|") {
			w = strings.TrimSpace(w)
			i, ok := ref[w]
			if !ok {
				i = len(t.sets)
				ref[w] = i
				t.sets = append(t.sets, 0)
				t.phrases.add(w, i)
			}
			t.sets[i] |= 1 << kind
		}
	}
	return t
})

// indicatorHeads are the words that begin the name of something measured. A
// subject without one is a part of what was named before.
var indicatorHeads = sync.OnceValue(func() *phrases {
	p := newPhrases()
	for i, w := range strings.Split(`kim ngạch xuất khẩu|kim ngạch nhập khẩu|kim ngạch hàng hóa xuất khẩu|kim ngạch hàng hóa nhập khẩu|kim ngạch|
		xuất khẩu|nhập khẩu|giá trị sản xuất|giá trị tăng thêm|giá trị gia tăng|giá trị|sản lượng|sản lượng điện|doanh thu|doanh số|doanh số bán hàng|tổng mức|chỉ số|chỉ số sản xuất công nghiệp|
		chỉ số tiêu thụ|chỉ số tồn kho|chỉ số giá|chỉ số giá tiêu dùng|chỉ số IIP|vốn|tổng vốn|vốn đầu tư|vốn đăng ký|số vốn|số|số lượng|tổng số|tỷ lệ|tỷ trọng|tỷ suất|giá|giá bán|giá xuất khẩu|mức giá|lượng|khối lượng|
		thu ngân sách|chi ngân sách|tổng thu|tổng chi|thu|lợi nhuận|diện tích|tổng diện tích|công suất|dân số|thu nhập|năng suất|năng suất lao động|tốc độ|tăng trưởng|tốc độ tăng|mức tăng|GDP|GRDP|CPI|IIP|PMI|FDI|ODA|
		dòng vốn|tiêu thụ|lượng tiêu thụ|sản xuất|thị phần|chi phí|nợ|dư nợ|nợ công|nợ xấu|lãi suất|tín dụng|dự trữ|tồn kho|lạm phát|thuế|quy mô|thặng dư|xuất siêu|nhập siêu|cán cân|
		khách quốc tế|lượng khách|giá thành|mức|tiền lương|lương|thu hút|giải ngân|đầu tư|nhu cầu|nguồn cung|thương mại|bán lẻ|vận tải|vận chuyển|luân chuyển|việc làm|tiêu dùng|huy động vốn|huy động|tổng tài sản|tài sản|vốn hóa|
		thị trường|kinh tế|tổng sản phẩm|tổng kim ngạch|thâm hụt|cung cấp|đơn hàng|giá trị nhập khẩu|giá trị xuất khẩu|phương tiện thanh toán|bội chi|hệ số|độ che phủ|thanh khoản|biên lợi nhuận|tổng|kế hoạch`, "|") {
		p.add(strings.TrimSpace(w), i)
	}
	return p
})
