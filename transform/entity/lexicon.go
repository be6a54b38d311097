package entity

import "strings"

// The words below belong to the language and to the way offices and firms are
// named, not to the world: what exists in the world is in the catalog.

// lexicon lists the forms of each kind, separated by commas.
var lexicon = map[kind]string{
	kindStanding: `quyền, phó, nguyên, tân, cựu, cố, đương kim, thường trực`,

	// Titles may pile up: ông TS. Nguyễn Văn A.
	kindHonorific: `ông, bà, anh, chị, cô, chú, đồng chí, vị, các ông, các bà,
		TS, ThS, Th.S, PGS, GS, TSKH, GS.TS, PGS.TS, KTS, BS, KS, LS, NSND, NSƯT, Mr, Ms, Mrs, Dr,
		tiến sĩ, thạc sĩ, giáo sư, phó giáo sư, kỹ sư, kiến trúc sư, bác sĩ, luật sư, nhà báo, doanh nhân, nghệ nhân, tỷ phú, các tỷ phú, các doanh nhân, nhà đầu tư, HLV, huấn luyện viên,
		chuyên gia, nhà nghiên cứu, trung tướng, thượng tướng, thiếu tướng, đại tướng, đại tá, thượng tá, trung tá, thiếu tá, đại úy`,

	kindLevel: `tỉnh, thành phố, TP, Tp, quận, huyện, thị xã, thị trấn, TX, TT, thủ đô, nước, bang, vùng, khu vực, tỉnh thành, Q, H`,

	kindHead: `Bộ, Sở, Cục, Tổng cục, Tổng Cục, Chi cục, Vụ, Viện, Ủy ban, Uỷ ban, UBND, Ủy ban nhân dân, Uỷ ban nhân dân, HĐND, Hội đồng nhân dân,
		Ban, Ban Quản lý, BQL, Văn phòng, Thanh tra, Tòa án, Tòa án nhân dân, TAND, Viện kiểm sát, Công an, Kho bạc, Trung tâm, Phòng, Phòng Thương mại,
		Liên đoàn, Hội, Hiệp hội, Liên hiệp, Liên minh, Quỹ, Tổ chức, Cơ quan, Hội đồng, Học viện, Trường Đại học, Trường ĐH, Đại học, ĐH, Trường Cao đẳng, Trường Trung cấp, Trường THPT, Trường Quản lý, Trường Chính sách, Cao đẳng,
		Ngân hàng, Ngân hàng TMCP, Ngân hàng Thương mại cổ phần, Báo, Tạp chí, Đài, Tập đoàn, Tổng công ty, Tổng Công ty, TCT, Công ty, Công ty CP, Công ty cổ phần, CTCP, Tổng CTCP, Cty,
		Công ty TNHH, Công ty TNHH MTV, Công ty TNHH một thành viên, Công ty trách nhiệm hữu hạn, Chứng khoán, Công ty Chứng khoán, Bệnh viện, Đại lý, Xí nghiệp, Hợp tác xã, HTX,
		Thành ủy, Tỉnh ủy, Đảng bộ, Đảng ủy, Câu lạc bộ, CLB, Đoàn Luật sư, Đoàn đại biểu Quốc hội, Đại sứ quán, Tổng lãnh sự quán, Lãnh sự quán, Thương vụ, Hải quan, Bảo hiểm xã hội, BHXH, Chính phủ, Quốc hội,
		Mặt trận Tổ quốc, Kiểm toán, Tổng hội, Cảng vụ, Sở Giao dịch, Chi nhánh, Học viện, Ngân hàng Trung ương, Thống kê tỉnh, Thống kê thành phố, Thống kê TP, Thuế tỉnh, Thuế thành phố, Thuế TP`,

	kindWord: `công thương, thương mại, tài chính, kế hoạch, đầu tư, xây dựng, giao thông, vận tải, nông nghiệp, phát triển, nông thôn, môi trường, tài nguyên,
		khoa học, công nghệ, thông tin, truyền thông, nội vụ, lao động, thương binh, xã hội, dân tộc, tôn giáo, văn hóa, thể thao, du lịch, giáo dục, đào tạo, y tế, tư pháp,
		ngoại giao, ngoại vụ, quốc phòng, công an, nhà nước, thống kê, hải quan, quản lý, thị trường, công nghiệp, hỗ trợ, dệt may, dệt, may, da giày, da, giày, túi xách, thép,
		điện tử, ô tô, xe máy, cơ khí, nhựa, xi măng, giấy, bột giấy, cao su, gỗ, lâm sản, chế biến, chế tạo, xuất khẩu, nhập khẩu, xuất nhập khẩu, thủy sản, doanh nghiệp, doanh nhân, nhỏ, vừa, trẻ,
		chứng khoán, bảo hiểm, bất động sản, cổ phần, hữu hạn, thành viên, trách nhiệm, sản xuất, dịch vụ, kỹ thuật, điện, điện lực, dầu khí, dầu, than, khoáng sản, hóa chất, xăng dầu, viễn thông, quân đội,
		bưu chính, hàng không, hàng hải, đường sắt, đường bộ, đường thủy, lương thực, thực phẩm, đồ uống, nước giải khát, bia, rượu, cà phê, ca cao, hồ tiêu, điều, rau quả, chè, lưu ký, bù trừ, năng lượng, nhiên liệu,
		quốc gia, quốc tế, thế giới, trung ương, địa phương, tiền tệ, ngân sách, kinh tế, khu công nghiệp, khu chế xuất, khu kinh tế, các, khu, hợp tác, xúc tiến, đăng kiểm, tiêu chuẩn, đo lường, chất lượng,
		sở hữu trí tuệ, sở hữu, trí tuệ, cạnh tranh, người tiêu dùng, bảo vệ, nghiên cứu, chiến lược, chính sách, dân số, phụ nữ, thanh niên, nông dân, luật sư, đại học, cao đẳng, bách khoa, kinh tế quốc dân,
		ngoại thương, địa chất, mỏ, chủ lực, nhà sản xuất, nhà đầu tư, kiến trúc, quy hoạch, xổ số, kho bãi, chế xuất, chính xác, logistics, vật liệu, vật liệu xây dựng, trang trại, chăn nuôi, giống, thú y, thuốc, dược, dược phẩm,
		thiết bị, máy, tin học, phần mềm, bán lẻ, siêu thị, phân phối, tiêu dùng, tái tạo, tiết kiệm, hiệu quả, an toàn, tài sản, hạ tầng, khoáng, lâm nghiệp, thủy lợi, nhà ở, đô thị, ngân hàng, kiểm toán, kế toán, thuế,
		tập đoàn, công ty, tổng công ty, liên doanh, đóng tàu, tàu thủy, chủ tàu, lắp máy, gang thép, luyện kim, phân bón, bao bì, in, cổ đông, dự báo, cung cầu, biến đổi, khí hậu, khí tượng, thủy văn, hợp tác xã, việc làm,
		nhân dân, hành chính, chính trị, cảnh sát, điều tra, thi hành án, dân sự, tối cao, kiểm sát, bình ổn, bình ổn giá, điện gió, điện mặt trời, hình sự, kiểm lâm, phòng chống, dự trữ, an ninh, tôn vinh, thi đua, khen thưởng, tín dụng, cho thuê, cảng hàng không, cảng biển, hạt nhân, vũ trụ, bản quyền, sáng chế, giám định, kiểm định, thẩm định, đấu giá, chủ tàu, thi công, tư vấn, thiết kế, dự án, công trình, chiến lược, pháp luật, thường vụ, đối ngoại, trung du, miền núi, giải pháp, sáng tạo, đổi mới, khởi nghiệp, số, chuyển đổi số, phòng vệ, sở, ngành, phía, tỉnh, thành phố, một, hai`,

	kindTail: `nông thôn, kinh tế, tái tạo, ngân sách, nhà nước, quốc gia, quốc tế, trung ương, trong nước, xã hội, công nghệ, chứng khoán, doanh nghiệp, môi trường, du lịch, thương mại, thị trường,
		đào tạo, truyền thông, công thương, tài chính, vận tải, tiền tệ, chế tạo, bất động sản, sở hữu trí tuệ, trí tuệ, thế giới, thống kê, hải quan, công nghiệp, thủy sản, lâm sản, tối cao, điều tra, bình ổn giá, giá, dân sự`,

	kindDescriptor: `công ty, tập đoàn, hãng, thương hiệu, shop, cửa hàng, hệ thống, chuỗi, doanh nghiệp, sàn, hãng tin, báo, tờ, tạp chí, ngân hàng, quỹ, gã khổng lồ, nền tảng, ứng dụng, startup,
		nhà cung cấp, nhà sản xuất, nhà bán lẻ, tổ chức, công ty con, liên doanh, hãng xe, hãng bay, công ty chứng khoán, công ty tư vấn, hãng tư vấn, hãng nghiên cứu, chuỗi cửa hàng, chuỗi siêu thị, nhà máy, hãng dược, hãng chip`,

	kindNamed: `đường, phố, quốc lộ, cao tốc, đường cao tốc, cầu, cảng, sân bay, cảng hàng không, ga, sông, hồ, nhà máy, nhà máy thủy điện, nhà máy nhiệt điện, nhà máy điện, thủy điện, nhiệt điện, nhà máy lọc dầu, bệnh viện, trường, đại học,
		chợ, chùa, siêu thị, khách sạn, tuyến, tuyến cao tốc, vành đai, nhà hát, công viên, câu lạc bộ, CLB, hầm, đèo, núi, đại lộ, ngã tư, metro, tuyến metro, lọc dầu, lọc hóa dầu, cảng biển, dự án cao tốc, chung cư, tòa nhà, trung tâm thương mại, khu đô thị, khu đô thị mới, khu dân cư, giải thưởng, quảng trường, tượng đài, thư viện, bảo tàng, sân vận động, học bổng, nhà thờ, nghĩa trang, đền, lăng, trường học, trường tiểu học, trường THPT`,

	kindPark: `khu công nghiệp, KCN, cụm công nghiệp, CCN, khu kinh tế, KKT, khu chế xuất, KCX, khu công nghệ cao, khu CNC, khu thương mại tự do, khu công nghiệp công nghệ cao, khu kinh tế cửa khẩu`,

	kindSpeech: `cho biết, cho hay, nói, chia sẻ, khẳng định, nhấn mạnh, nhận định, cho rằng, nêu, nêu rõ, đề nghị, kiến nghị, thông tin, phát biểu, trả lời, đánh giá, dự báo, dự kiến, công bố, thông báo, báo cáo, ghi nhận, thống kê,
		tuyên bố, cảnh báo, lưu ý, kêu gọi, yêu cầu, đề xuất, bày tỏ, nhìn nhận, phân tích, lý giải, giải thích, khuyến nghị, tiết lộ, xác nhận, kể, tin rằng, kỳ vọng, ước tính, chỉ ra, nhận xét, dẫn, đưa tin, viết, bình luận, chỉ đạo, cũng cho biết,
		trao đổi, than phiền, nói thêm, nói rõ, thừa nhận, quan niệm, hy vọng, đặt mục tiêu, lên kế hoạch`,

	kindSays: `cho biết, cho hay, công bố, nhận định, dự báo, thông báo, khuyến nghị, đánh giá, cho rằng, khẳng định, nhấn mạnh, cũng cho biết, kiến nghị, đề xuất, tuyên bố, xác nhận, đặt mục tiêu`,

	kindSource: `theo, số liệu của, số liệu từ, thống kê của, thống kê từ, báo cáo của, báo cáo từ, dự báo của, khảo sát của, thông tin từ, dữ liệu của, dữ liệu từ, đánh giá của, công bố của, nghiên cứu của, thông báo của, nguồn tin của, tính toán của`,

	// Surnames of about 99 in 100 Vietnamese; those that are also frequent first
	// words of other names stand there all the same: context decides.
	kindSurname: `Nguyễn, Trần, Lê, Phạm, Hoàng, Huỳnh, Phan, Vũ, Võ, Đặng, Bùi, Đỗ, Hồ, Ngô, Dương, Lý, An, Âu, Bạch, Bành, Biện, Ca, Cái, Cao, Châu, Chế, Chu, Chử, Cù, Danh, Diệp, Doãn, Du, Đàm, Đan, Đào, Đậu, Điền, Đinh, Đoàn,
		Đồng, Đổng, Đới, Đường, Giang, Giáp, Hà, Hạ, Hàn, Hầu, Hình, Hoa, Hứa, Kha, Khổng, Khuất, Kiều, Kim, Khúc, La, Lã, Lại, Lâm, Lò, Lộ, Lương, Lưu, Lữ, Lục, Ma, Mã, Mạc, Mai, Mạch, Nghiêm, Ngọ, Ngụy, Nhâm, Nhan, Nhữ, Ninh, Nông, Ông, Phí, Phó, Phùng, Phương,
		Quách, Quản, Sầm, Sử, Tạ, Tăng, Tào, Thạch, Thái, Thân, Thẩm, Thi, Thiều, Tiêu, Tô, Tôn, Tống, Trang, Trình, Triệu, Trịnh, Trương, Từ, Văn, Vi, Viên, Vương, Ung, Uông, Hoàng Phủ, Tôn Thất, Tôn Nữ, Cung, Lỗ, Chung, Bế, Hà Huy, Thang, Hàng, Phú, Quang, Lô, Vàng, Giàng, Thào, Sùng, Tập, Ôn, Mao, Phác, Mạnh, Cấn, Đôn, Khương, Lều, Liêu, Lăng, Nghị, Quan, Thôi, Tất, Tiết, Vạn, Cồ, Đèo, Điêu, Hoàng Phi, Lường, Cầm, Quàng, Tòng, Cà`,

	// Words that no name of an organisation runs over.
	kindStop: `là, đã, sẽ, đang, vừa, mới, cũng, chỉ, được, bị, có, không, chưa, của, cho, với, về, từ, đến, tới, tại, ở, trong, ngoài, trên, dưới, khi, nếu, thì, mà, do, vì, nên, để, bởi, hay, hoặc, cùng, theo, sau, trước, vào, ra, lên, xuống, qua, sang, giữa,
		bán, mua, đạt, tăng, giảm, chi, rót, xin, gửi, nói, báo, giao, lập, mở, thuê, kiện, đưa, thăm, gặp, làm, lấy, nhận, đòi, nêu, vượt, ký, trao, trả, nộp, phát, gọi, hỗ, đứng, chiếm, thu, góp, giúp, khiến, này, đó, kia, ấy, nào, gì, ai, như, hơn, nhất, rất, quá, cả, mỗi, mọi, những, một số, nhiều, ít, còn, lại, đều, vẫn, từng, luôn, cần, phải, nhằm, dẫn, bằng, ước`,

	kindNotName: `theo, tại, ở, trong, từ, với, và, cùng, sau, trước, khi, nếu, tuy, nhưng, các, những, một, hai, ba, mỗi, việc, năm, tháng, quý, ngày, hiện, về, để, do, vì, bởi, đây, đó, này, còn, riêng, ngoài, bên, đến, tới, cho, trên, dưới, giữa, thị trường, kinh tế,
		giá, xuất khẩu, nhập khẩu, dầu, tổng, ngành, nhiều, hơn, gần, cả, là, như, song, dù, mặc dù, đặc biệt, đồng thời, cụ thể, phía, nước, tỉnh, thành phố, khu vực, vùng, sang, qua, khách, người, hàng, hoa, gạo, tôm, cá, thép`,
}

// commonSurnames begin the names of nine in ten Vietnamese and no other names.
const commonSurnames = `Nguyễn Trần Lê Phạm Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Ngô Đinh Trịnh Trương`

// collocations are words of which the first syllable is also the name of a
// country: Pháp luật is no France.
var collocations = map[string]string{
	"Pháp": "luật lý nhân lệnh chế danh y quy",
	"Anh":  "em chị hùng ta ấy cả trai ruột họ đào",
	"Ý":    "kiến tưởng nghĩa thức định chí đồ thích muốn chỉ",
	"Áo":   "quần dài thun khoác mưa giáp sơ ấm lót phông",
	"Đức":  "tính hạnh tin độ",
	"Nhật": "ký báo trình",
	"Mỹ":   "phẩm thuật quan học viện nghệ nhân",
	"Lào":  "xào",
	"Nga":  "mi",
	"Vinh": "dự quang danh hiển",
	"Úc":   "chế",
	"Bỉ":   "ổi",
}

// acronymsOfThings are capitals that no organisation bears.
const acronymsOfThings = `GDP GRDP CPI PPI IIP PMI FDI ODA FTA EVFTA CPTPP RCEP USD VND EUR CNY JPY LNG LPG ESG AI IoT IPO ETF TTCK CTCP TNHH MTV CP UBND HĐND HĐQT BĐS CNTT CNHT KCN KCX KKT CCN GTGT TNCN TNDN NSNN BHXH BHYT
	DN SME TP HCM QL ĐT VAT CEO CFO COO CTO PGS TS GS ThS QĐ NĐ TT CP NQ UAE USA TQ VN EU XK NK XNK ICT R D B2B B2C P2P ISO HACCP CBAM EPR COVID SARS OCOP PPP BOT BT M A CNC CAD KWH MW GW KV II III IV VI VII VIII IX XI XII XIII XIV XV I V X GTVT KHĐT PV BTV GPS ATM OTP PIN SMS QR HIV ADN CCCD NĐTC ĐHĐCĐ BCTC LNST HLV MXH`

var notOrganisations = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(acronymsOfThings) {
		m[w] = true
	}
	return m
}()
