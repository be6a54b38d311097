package trends

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nhip/loader"
)

//go:embed exports/vintages.sql
var exportSQL string

// Export returns the statement and the parameters that select what an export writes:
// the vintages of official statistics, of one indicator or, if it is empty, of all. Without
// --place and --industry it takes all places and rows. It refuses a step of time
// and days in the wrong order.
func Export(indicator string, f Filters) (sql string, params map[string]string, err error) {
	q := Question{Name: "export", SQL: exportSQL, Args: []Arg{{Name: "indicator", Meaning: "id of the catalog"}}, params: map[string]bool{}}
	for _, m := range param.FindAllStringSubmatch(exportSQL, -1) {
		q.params[m[1]] = true
	}
	if f.Limit == 0 {
		f.Limit = 1 << 40
	}
	args := []string{indicator}
	if indicator == "" {
		args = []string{"-"}
	}
	if params, err = q.Params(args, f); err != nil {
		return "", nil, err
	}
	params["indicator"] = indicator
	return exportSQL, params, nil
}

// errNoNumbers says that an export would be empty.
var errNoNumbers = errors.New("no official number fits; nhip trends indicators lists what there is")

// exportRow is one number of an export by the names of exports/vintages.sql.
type exportRow map[string]string

// exportRows reads rows with those columns; each calls do and may not keep the row.
func exportRows(rows loader.Rows, do func(exportRow) error) error {
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return errNoNumbers
	}
	columns := rows.Columns()
	for _, name := range []string{"period", "value", "unit_mult", "status", "vintage"} {
		if !slices.Contains(columns, name) {
			return fmt.Errorf("the rows have no column %s; they are not those of an export", name)
		}
	}
	row := exportRow{}
	for more := true; more; more = rows.Next() {
		cells, err := rows.Strings()
		if err != nil {
			return err
		}
		for i, name := range columns {
			row[name] = cells[i]
		}
		if err := do(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// observed returns the number in the printed unit, whose scale word is the power of
// ten unitMult: value = observed × 10^unitMult.
func observed(value, unitMult string) (string, error) {
	if value == "" {
		return "", nil
	}
	shift := 0
	if _, err := fmt.Sscan(unitMult, &shift); err != nil {
		return "", fmt.Errorf("unit_mult %q is no number", unitMult)
	}
	return shiftPoint(value, -shift), nil
}

// shiftPoint moves the decimal point of plain digits by n places to the right, exactly.
func shiftPoint(number string, n int) string {
	sign, digits := "", number
	if after, ok := strings.CutPrefix(number, "-"); ok {
		sign, digits = "-", after
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	for ; n > 0; n-- {
		if fraction == "" {
			fraction = "0"
		}
		whole, fraction = whole+fraction[:1], fraction[1:]
	}
	for ; n < 0; n++ {
		if whole == "" {
			whole = "0"
		}
		whole, fraction = whole[:len(whole)-1], whole[len(whole)-1:]+fraction
	}
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if whole == "0" {
		return "0"
	}
	return sign + whole
}

// code is one value of a code list.
type code struct{ id, en, vi string }

// The code lists of our exports. Those of SDMX keep its codes.
var codeLists = map[string][]code{
	"CL_OBS_STATUS": {{"A", "Normal value", "Chính thức"}, {"P", "Provisional", "Sơ bộ"}, {"E", "Estimated", "Ước tính"}, {"F", "Forecast", "Dự báo"},
		{"M", "Missing, does not exist", "Không phát sinh"}, {"L", "Missing, exists but was not collected", "Có nhưng không thu thập được"}, {"O", "Missing", "Thiếu số liệu"},
		{"Q", "Missing, suppressed", "Không công bố"}},
	"CL_FREQ": {{"A", "Annual", "Năm"}, {"S", "Half-yearly", "Nửa năm"}, {"Q", "Quarterly", "Quý"}, {"M", "Monthly", "Tháng"}, {"W", "Weekly", "Tuần"}, {"D", "Daily", "Ngày"},
		{"_O", "Other, half months among them", "Khác, kể cả nửa tháng"}},
	"CL_MEASURE": {{"level", "Level", "Mức"}, {"index", "Index, base = 100", "Chỉ số, kỳ gốc = 100"}, {"growth", "Change in per cent", "Tăng/giảm, %"},
		{"change", "Change in the unit", "Tăng/giảm, theo đơn vị"}, {"change_pp", "Change in percentage points", "Tăng/giảm, điểm %"}, {"share", "Share", "Cơ cấu"},
		{"contribution", "Contribution", "Đóng góp"}, {"ratio", "Ratio", "Tỷ lệ"}},
	"CL_COMPARE": {{"_Z", "Not compared", "Không so sánh"}, {"yoy", "Same period of the previous year", "Cùng kỳ năm trước"}, {"mom", "Previous month", "Tháng trước"},
		{"qoq", "Previous quarter", "Quý trước"}, {"vs_dec", "December of the previous year", "Tháng 12 năm trước"}, {"vs_plan", "Plan", "Kế hoạch"},
		{"vs_base", "Fixed base", "Kỳ gốc cố định"}, {"vs_period", "Another period", "Kỳ khác"}, {"annual_avg", "Average a year", "Bình quân năm"}},
	"CL_ACCUMULATION": {{"_Z", "Period itself", "Trong kỳ"}, {"ytd", "From the beginning of the year", "Lũy kế từ đầu năm"},
		{"ytd_avg", "Average since the beginning of the year", "Bình quân từ đầu năm"}, {"to_date", "Up to the day", "Đến ngày"}, {"since_start", "Since it began", "Từ khi bắt đầu"}},
	"CL_TIME_COLLECT": {{"_Z", "Not said", "Không ghi"}, {"S", "Sum", "Tổng"}, {"A", "Average", "Bình quân"}, {"E", "End of period", "Cuối kỳ"}, {"B", "Beginning of period", "Đầu kỳ"},
		{"P", "Point in time", "Thời điểm"}},
	"CL_PRICES": {{"_Z", "Not said", "Không ghi"}, {"current", "Current prices", "Giá hiện hành"}, {"constant", "Constant prices", "Giá so sánh"}},
	"CL_ADJUSTMENT": {{"N", "Neither seasonally nor working-day adjusted", "Chưa hiệu chỉnh"}, {"S", "Seasonally adjusted", "Đã hiệu chỉnh mùa vụ"},
		{"W", "Working-day adjusted", "Đã hiệu chỉnh ngày làm việc"}, {"Y", "Seasonally and working-day adjusted", "Đã hiệu chỉnh mùa vụ và ngày làm việc"}},
	"CL_KIND": {{"actual", "Measured", "Thực hiện"}, {"estimate", "Estimate", "Ước tính"}, {"forecast", "Forecast", "Dự báo"}, {"target", "Target", "Mục tiêu"}, {"plan", "Plan", "Kế hoạch"}},
}

// component is a dimension or attribute of our exports.
type component struct {
	id, en, vi string
	column     string // of exports/vintages.sql
	list       string // its code list, "" for free text
	empty      string // what stands for an empty value, "" for an attribute
}

// dimensions identify an observation; TIME_PERIOD comes after them. VINTAGE is when it
// was published: the same observation of two vintages is two rows.
var dimensions = []component{
	{"SOURCE", "Publisher", "Nguồn", "source", "", "_Z"},
	{"TABLE", "Table", "Bảng số liệu", "table_code", "", "_Z"},
	{"INDICATOR", "Indicator", "Chỉ tiêu", "indicator", "", "_Z"},
	{"ITEM", "Row of the table", "Dòng trong bảng", "item", "", "_T"},
	{"VARIABLE", "Column of the table", "Cột trong bảng", "variable", "", "_Z"},
	{"OTHER_DIMS", "Further dimensions", "Các chiều khác", "other_dims", "", "_Z"},
	{"INDUSTRY", "Industry", "Ngành", "industry", "", "_T"},
	{"REF_AREA", "Place", "Địa danh", "place_id", "", "_Z"},
	{"GEO_VINTAGE", "Provinces meant: VN63 until 2025-06-30, VN34 since", "Theo 63 hay 34 tỉnh", "geo_vintage", "", "_Z"},
	{"COUNTERPART_AREA", "Partner", "Nước đối tác", "counterpart", "", "_Z"},
	{"FREQ", "Frequency", "Tần suất", "freq", "CL_FREQ", "_O"},
	{"ACCUMULATION", "Running total", "Lũy kế", "accumulation", "CL_ACCUMULATION", "_Z"},
	{"TIME_COLLECT", "Collection over time", "Cách lấy theo thời gian", "time_collect", "CL_TIME_COLLECT", "_Z"},
	{"MEASURE", "Measure", "Đại lượng", "measure", "CL_MEASURE", "_Z"},
	{"COMPARE", "Compared with", "So với", "compare", "CL_COMPARE", "_Z"},
	{"FIXED_BASE", "Fixed base", "Kỳ gốc cố định", "fixed_base", "", "_Z"},
	{"PRICES", "Prices", "Giá", "price_basis", "CL_PRICES", "_Z"},
	{"UNIT_MEASURE", "Unit", "Đơn vị", "unit", "", "_Z"},
	{"OBS_KIND", "Measured, estimated, planned", "Thực hiện, ước tính, kế hoạch", "kind", "CL_KIND", "_Z"},
	{"VINTAGE", "Published", "Thời điểm công bố", "vintage", "", "_Z"},
}

var attributes = []component{
	{"OBS_STATUS", "Observation status", "Trạng thái quan sát", "status", "CL_OBS_STATUS", ""},
	{"UNIT_MULT", "Unit multiplier", "Lũy thừa của đơn vị", "unit_mult", "", ""},
	{"DECIMALS", "Decimals", "Số chữ số thập phân", "decimals", "", ""},
	{"BASE_PER", "Base period", "Kỳ gốc", "base_period", "", ""},
	{"ADJUSTMENT", "Adjustment", "Hiệu chỉnh", "adjustment", "CL_ADJUSTMENT", ""},
	{"TITLE", "Words of the source", "Chữ của nguồn", "label", "", ""},
	{"UNIT_NAME", "Unit in the catalog's words", "Tên đơn vị", "unit_name", "", ""},
	{"FLAGS", "Flags of the reader", "Cảnh báo của bộ đọc", "flags", "", ""},
	{"PLACE", "Place in words", "Địa danh", "place", "", ""},
	{"PATH", "Rows from the outermost", "Các dòng, từ ngoài vào trong", "path", "", ""},
	{"PRINTED", "As printed", "Như in", "printed", "", ""},
	{"CELL", "Cell", "Ô", "cell", "", ""},
	{"SOURCE_URL", "Document", "Tài liệu", "url", "", ""},
}

// Units translates names of units into codes of SDMX ("tấn" into "TON"). A unit without
// a code keeps its name.
type Units map[string]string

// prepare turns a row into the codes of the exports.
func (u Units) prepare(row exportRow) {
	row["unit_name"] = row["unit"]
	if c := u[row["unit"]]; c != "" {
		row["unit"] = c
	}
	if !slices.ContainsFunc(codeLists["CL_FREQ"], func(c code) bool { return c.id == row["freq"] }) {
		row["freq"] = "_O" // SDMX knows no half months
	}
	if row["indicator"] == "" { // then the words are part of the identity
		row["item"] = strings.TrimSpace(strings.ToLower(row["label"]) + " " + row["item"])
	}
	if row["place_id"] == "" { // a place the catalog does not have: its name
		row["place_id"] = row["place"]
	}
	if row["kind"] == "estimate" {
		row["kind"] = "actual" // an estimate is a vintage of the same number; OBS_STATUS says E
	}
}

func (c component) value(row exportRow) string {
	if v := row[c.column]; v != "" {
		return v
	}
	return c.empty
}

// lists returns the names of the code lists in order.
func lists() []string { return slices.Sorted(maps.Keys(codeLists)) }
