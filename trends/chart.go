package trends

import (
	"cmp"
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"nhip/loader"
)

// Drawable names the questions that [WriteSVG] can draw.
var Drawable = []string{"mentions", "series", "vintages"}

// WriteSVG draws the answer of a question as SVG 1.1, words in Vietnamese and English:
// of vintages the first and the newest value of every period with what lies between
// them, of a series its values with estimates as rings, of mentions a bar a period.
//
// A picture shows one series. Where the answer holds several, the one with most values is
// drawn (against the year before, if that leaves several), and a line below the picture
// says how many are left out. args are the question's arguments, for the title.
func WriteSVG(w io.Writer, q Question, args []string, rows loader.Rows) error {
	points, err := readPoints(rows)
	if err != nil {
		return err
	}
	if len(points) == 0 {
		return fmt.Errorf("trend %s: nothing to draw, the answer has no rows", q.Name)
	}
	c := chart{p: plot.New()}
	c.style()
	switch q.Name {
	case "mentions":
		c.mentions(points, strings.Join(args, " "))
	case "series", "vintages":
		chosen, others := mainSeries(points)
		c.values(chosen, q.Name == "vintages")
		if others > 0 {
			c.note = fmt.Sprintf("Còn %d chuỗi khác: chọn bằng --compare, --measure, --freq, --place, --industry / %d more series", others, others)
		}
	default:
		return fmt.Errorf("trend %s cannot be drawn; %s can", q.Name, strings.Join(Drawable, ", "))
	}
	return c.write(w)
}

// point is one value of an answer.
type point struct {
	series        string // all that tells one series of the answer from another
	period        string
	at, end       time.Time
	known         string
	value         float64
	estimate      bool
	name, row     string
	place, source string
	measure       string
	compare, unit string
	accumulation  string
	articles      float64
}

// readPoints reads the answer of a question that can be drawn; rows without a number
// are no points.
func readPoints(rows loader.Rows) ([]point, error) {
	columns := rows.Columns()
	var out []point
	for rows.Next() {
		cells, err := rows.Strings()
		if err != nil {
			return nil, err
		}
		get := func(name string) string {
			if i := slices.Index(columns, name); i >= 0 {
				return cells[i]
			}
			return ""
		}
		p := point{period: get("period"), known: get("known"), estimate: get("kind") == "estimate", name: get("indicator_name"), row: get("series"),
			place: get("place"), source: get("source"), measure: get("measure"), compare: get("compare"), unit: get("unit"), accumulation: get("accumulation")}
		p.articles, _ = strconv.ParseFloat(get("articles"), 64)
		freq := ""
		if p.at, p.end, freq = periodOf(p.period); p.at.IsZero() {
			continue
		}
		if slices.Contains(columns, "value") {
			v := get("value_full")
			if v == "" {
				v = get("value")
			}
			if p.value, err = strconv.ParseFloat(v, 64); err != nil {
				continue
			}
		}
		p.series = strings.Join([]string{p.source, p.place, p.measure, p.compare, p.accumulation, p.unit, p.row, freq}, "\x00")
		out = append(out, p)
	}
	return out, rows.Err()
}

// periodOf returns the first and last day of an SDMX time code, and its kind.
func periodOf(code string) (start, end time.Time, freq string) {
	span := func(t time.Time, err error, years, months, days int, freq string) (time.Time, time.Time, string) {
		if err != nil {
			return time.Time{}, time.Time{}, ""
		}
		return t, t.AddDate(years, months, days-1), freq
	}
	begin, length, isSpan := strings.Cut(code, "/P")
	var n int
	switch {
	case isSpan && len(length) > 1:
		t, err := time.Parse(time.DateOnly, begin)
		if err == nil {
			n, err = strconv.Atoi(length[:len(length)-1])
		}
		switch length[len(length)-1] {
		case 'Y':
			return span(t, err, n, 0, 0, "P")
		case 'M':
			return span(t, err, 0, n, 0, "P")
		}
		return span(t, err, 0, 0, n, "P")
	case len(code) == 4:
		t, err := time.Parse("2006", code)
		return span(t, err, 1, 0, 0, "A")
	case len(code) == 7 && (code[5] == 'Q' || code[5] == 'S'):
		t, err := time.Parse("2006", code[:4])
		step := map[byte]int{'Q': 3, 'S': 6}[code[5]]
		return span(t.AddDate(0, step*(int(code[6])-'1'), 0), err, 0, step, 0, code[5:6])
	case len(code) == 7:
		t, err := time.Parse("2006-01", code)
		return span(t, err, 0, 1, 0, "M")
	}
	t, err := time.Parse(time.DateOnly, code)
	return span(t, err, 0, 0, 1, "D")
}

// mainSeries returns the points of the series with most periods, and how many other
// series there are.
func mainSeries(points []point) (chosen []point, others int) {
	bySeries := map[string][]point{}
	var order []string
	for _, p := range points {
		if bySeries[p.series] == nil {
			order = append(order, p.series)
		}
		bySeries[p.series] = append(bySeries[p.series], p)
	}
	rank := func(key string) (int, int) {
		list := bySeries[key]
		last := 0
		if list[0].compare == "yoy" {
			last = 1
		}
		return len(list), last
	}
	best := slices.MaxFunc(order, func(a, b string) int {
		na, ya := rank(a)
		nb, yb := rank(b)
		if diff := na - nb; diff > max(na, nb)/10 || -diff > max(na, nb)/10 { // one value more decides nothing
			return cmp.Compare(na, nb)
		}
		return cmp.Or(cmp.Compare(ya, yb), cmp.Compare(na, nb))
	})
	return bySeries[best], len(order) - 1
}

// chart is a picture in the making.
type chart struct {
	p      *plot.Plot
	legend []legendEntry
	note   string
}

type legendEntry struct {
	text   string
	thumbs []plot.Thumbnailer
}

// The colours stay apart in grey print and for colour-blind eyes.
var (
	ink   = color.RGBA{0x22, 0x22, 0x22, 0xff}
	grey  = color.RGBA{0x8a, 0x8a, 0x8a, 0xff}
	faint = color.RGBA{0xe2, 0xe2, 0xe2, 0xff}
	blue  = color.RGBA{0x00, 0x50, 0x9d, 0xff}
	amber = color.RGBA{0xd9, 0x7b, 0x0d, 0xff}
)

const (
	chartWidth  = 18 * vg.Centimeter
	chartHeight = 10.5 * vg.Centimeter
)

func sans(size vg.Length, bold bool) font.Font {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = 3 // bold, on the scale of x/image/font, whose normal weight is 0
	}
	return f
}

func (c *chart) style() {
	p := c.p
	p.Title.TextStyle.Font, p.Title.TextStyle.Color, p.Title.Padding = sans(11, true), ink, 6
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font, a.Label.TextStyle.Color, a.Label.Padding = sans(9, false), ink, 4
		a.Tick.Label.Font, a.Tick.Label.Color = sans(8, false), ink
		a.LineStyle.Color, a.Tick.LineStyle.Color = grey, grey
	}
	p.Y.Label.TextStyle.Font = sans(8.5, false)
	p.X.Padding, p.Y.Padding = 6, 6
	p.Legend.TextStyle.Font = sans(8.5, false)
	grid := plotter.NewGrid()
	grid.Vertical.Width, grid.Horizontal.Color, grid.Horizontal.Width = 0, faint, 0.6
	p.Add(grid)
}

func days(t time.Time) float64 { return float64(t.Unix()) / 86400 }

// x is where a value stands on the axis of time: running totals at the end of their
// period, others in its middle.
func (p point) x() float64 {
	if p.accumulation != "" {
		return days(p.end)
	}
	return (days(p.at) + days(p.end) + 1) / 2
}

// values draws a series: the newest value of each period, and with vintages the first
// one and those between.
func (c *chart) values(points []point, vintages bool) {
	slices.SortStableFunc(points, func(a, b point) int {
		return cmp.Or(a.at.Compare(b.at), a.end.Compare(b.end), cmp.Compare(a.known, b.known))
	})
	factor, word := scaleOf(points)
	var first, latest, between plotter.XYs
	var estimates, actuals plotter.XYs
	for i, p := range points {
		xy := plotter.XY{X: p.x(), Y: p.value / factor}
		starts := i == 0 || points[i-1].period != p.period
		ends := i+1 == len(points) || points[i+1].period != p.period
		if starts {
			first = append(first, xy)
		}
		if !starts && !ends {
			between = append(between, xy)
		}
		if ends {
			latest = append(latest, xy)
			if p.estimate {
				estimates = append(estimates, xy)
			} else {
				actuals = append(actuals, xy)
			}
		}
	}
	p0 := points[0]
	c.base(p0)
	if vintages {
		c.sticks(first, latest)
		c.line(first, grey, 1, []vg.Length{3, 2}, "Công bố lần đầu / First published", marks(first, draw.RingGlyph{}, grey, 2.4))
		if len(between) > 0 {
			c.scatter(between, draw.CrossGlyph{}, amber, 2, "Các lần giữa / In between")
		}
		c.line(latest, blue, 1.4, nil, "Mới nhất / Latest", marks(latest, draw.CircleGlyph{}, blue, 2.2))
	} else {
		c.line(latest, blue, 1.4, nil, "", nil)
		c.scatter(actuals, draw.CircleGlyph{}, blue, 2.2, "Thực hiện / Actual")
		c.scatter(estimates, draw.RingGlyph{}, blue, 2.6, "Ước tính / Estimate")
	}
	c.titles(p0, word)
	c.timeAxis(points[0].at, points[len(points)-1].end)
}

// base draws the line on which nothing changes: 100 of an index, 0 of a growth.
func (c *chart) base(p point) {
	at, ok := map[string]float64{"index": 100, "growth": 0, "change": 0, "change_pp": 0}[p.measure]
	if !ok || p.compare == "vs_base" {
		return
	}
	f := plotter.NewFunction(func(float64) float64 { return at })
	f.Color, f.Width = grey, 0.8
	c.p.Add(f)
}

func (c *chart) line(xys plotter.XYs, ink color.Color, width vg.Length, dashes []vg.Length, name string, on *plotter.Scatter) {
	if len(xys) == 0 {
		return
	}
	l := &plotter.Line{XYs: xys, LineStyle: draw.LineStyle{Color: ink, Width: width, Dashes: dashes}}
	c.p.Add(l)
	thumbs := []plot.Thumbnailer{l}
	if on != nil {
		c.p.Add(on)
		thumbs = append(thumbs, on)
	}
	if name != "" {
		c.legend = append(c.legend, legendEntry{name, thumbs})
	}
}

func marks(xys plotter.XYs, shape draw.GlyphDrawer, ink color.Color, radius vg.Length) *plotter.Scatter {
	return &plotter.Scatter{XYs: xys, GlyphStyle: draw.GlyphStyle{Color: ink, Radius: radius, Shape: shape}}
}

func (c *chart) scatter(xys plotter.XYs, shape draw.GlyphDrawer, ink color.Color, radius vg.Length, name string) {
	if len(xys) == 0 {
		return
	}
	s := marks(xys, shape, ink, radius)
	c.p.Add(s)
	c.legend = append(c.legend, legendEntry{name, []plot.Thumbnailer{s}})
}

// sticks joins the first and the newest value of each period: the revision.
func (c *chart) sticks(first, latest plotter.XYs) {
	style := draw.LineStyle{Color: amber, Width: 1.6}
	for i := range first {
		if first[i].Y != latest[i].Y {
			c.p.Add(&plotter.Line{XYs: plotter.XYs{first[i], latest[i]}, LineStyle: style})
		}
	}
	c.legend = append(c.legend, legendEntry{"Điều chỉnh / Revision", []plot.Thumbnailer{&plotter.Line{LineStyle: style}}})
}

// mentions draws a bar a period, as wide as the periods are far apart.
func (c *chart) mentions(points []point, phrase string) {
	gap := 0.0
	for i := 1; i < len(points); i++ {
		if d := days(points[i].at) - days(points[i-1].at); d > 0 && (gap == 0 || d < gap) {
			gap = d
		}
	}
	if gap == 0 {
		gap = 1
	}
	for _, p := range points {
		if p.articles == 0 {
			continue
		}
		left, right := days(p.at)+0.1*gap, days(p.at)+0.9*gap
		bar := &plotter.Polygon{XYs: []plotter.XYs{{{X: left}, {X: right}, {X: right, Y: p.articles}, {X: left, Y: p.articles}}}, Color: blue}
		c.p.Add(bar)
	}
	c.timeAxis(points[0].at, points[len(points)-1].at.Add(time.Duration(gap*24-24)*time.Hour))
	c.p.Y.Min, c.p.Y.Max = 0, max(c.p.Y.Max, 1)
	c.p.Y.Tick.Marker = wholeTicks{}
	c.p.Title.Text = wrap("“"+phrase+"”", titleWidth)
	c.p.Y.Label.Text = "Số bài có cụm từ / Articles with the phrase"
}

// scaleOf chooses the scale word of the axis.
func scaleOf(points []point) (factor float64, word string) {
	largest := 0.0
	for _, p := range points {
		largest = max(largest, math.Abs(p.value))
	}
	if points[0].unit == "%" {
		return 1, ""
	}
	for _, s := range []struct {
		factor float64
		word   string
	}{{1e12, "nghìn tỷ "}, {1e9, "tỷ "}, {1e6, "triệu "}, {1e4, "nghìn "}} {
		if largest >= s.factor {
			if s.factor == 1e4 {
				return 1e3, s.word
			}
			return s.factor, s.word
		}
	}
	return 1, ""
}

// titles names the series and its axis.
func (c *chart) titles(p point, word string) {
	name := p.name
	path := strings.Split(p.row, " > ")
	row := path[len(path)-1]
	if lower := strings.ToLower(row); row != "" && !strings.EqualFold(row, p.name) && lower != "tổng số" && lower != "tổng cộng" {
		name += ": " + row
	}
	title := wrap(name, titleWidth)
	if last := title[strings.LastIndexByte(title, '\n')+1:]; p.place != "" && utf8.RuneCountInString(last+p.place)+2 > titleWidth {
		title += "\n" + p.place
	} else if p.place != "" {
		title += ", " + p.place
	}
	c.p.Title.Text = title
	find := func(list, id string) (vi, en string) {
		for _, x := range codeLists[list] {
			if x.id == id && id != "" {
				return strings.ToLower(x.vi), strings.ToLower(x.en)
			}
		}
		return "", ""
	}
	measure := map[string][2]string{"index": {"Chỉ số", "Index"}, "growth": {"Tăng/giảm", "Change"}, "change": {"Tăng/giảm", "Change"}, "change_pp": {"Tăng/giảm", "Change"},
		"share": {"Cơ cấu", "Share"}, "contribution": {"Đóng góp", "Contribution"}, "ratio": {"Tỷ lệ", "Ratio"}}[p.measure]
	vi, en := measure[0], measure[1]
	if against, base := find("CL_COMPARE", p.compare); against != "" {
		if p.measure == "index" {
			vi, en = vi+", "+against+" = 100", en+", "+base+" = 100"
		} else {
			vi, en = vi+" so với "+against, en+" on "+base
		}
	}
	if sum, english := find("CL_ACCUMULATION", p.accumulation); sum != "" {
		vi, en = strings.TrimLeft(vi+", "+sum, ", "), strings.TrimLeft(en+", "+english, ", ")
	}
	c.p.Y.Label.Text = strings.Trim(vi+"\n"+en, "\n")
	if p.measure == "level" || p.measure == "" {
		c.p.Y.Label.Text = strings.Trim(word+p.unit+"\n"+c.p.Y.Label.Text, "\n")
	} else if p.unit != "%" || p.measure != "index" {
		c.p.Y.Label.Text += " (" + word + p.unit + ")"
	}
	c.p.X.Label.Text = "Kỳ / Period. Nguồn / Source: " + p.source
}

// titleWidth is how many letters of a title stand on a line.
const titleWidth = 62

// wrap breaks a text into lines of at most so many letters, at blanks.
func wrap(text string, width int) string {
	var b strings.Builder
	n := 0
	for _, w := range strings.Fields(text) {
		length := utf8.RuneCountInString(w)
		switch {
		case n == 0:
		case n+1+length > width:
			b.WriteByte('\n')
			n = 0
		default:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(w)
		n += length
	}
	return b.String()
}

// timeAxis sets ticks on the first of months: a label every month, quarter or year, as there
// is room.
func (c *chart) timeAxis(from, to time.Time) {
	months := int(to.Sub(from).Hours()/24/30) + 1
	step := 1
	for _, s := range []int{1, 3, 6, 12, 24, 60, 120} {
		if step = s; months/s <= 13 {
			break
		}
	}
	var ticks []plot.Tick
	for t := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC); !t.After(to.AddDate(0, 0, 1)); t = t.AddDate(0, 1, 0) {
		tick := plot.Tick{Value: days(t)}
		n := t.Year()*12 + int(t.Month()) - 1
		switch {
		case n%step == 0 && step >= 12:
			tick.Label = t.Format("2006")
		case n%step == 0:
			tick.Label = t.Format("01/2006")
		case step > 12:
			continue
		}
		ticks = append(ticks, tick)
	}
	c.p.X.Tick.Marker = plot.ConstantTicks(ticks)
	c.p.X.Min, c.p.X.Max = days(from), days(to)+1
	c.p.Y.Tick.Marker = commaTicks{}
}

// commaTicks are four to eight round numbers with a decimal comma.
type commaTicks struct{}

func (commaTicks) Ticks(low, high float64) []plot.Tick {
	step := math.Pow10(int(math.Floor(math.Log10(max(high-low, 1e-9) / 4))))
	for _, m := range []float64{5, 2} {
		if (high-low)/(m*step) >= 4 {
			step *= m
			break
		}
	}
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var out []plot.Tick
	for n := math.Ceil(low/step - 1e-9); n*step <= high+step*1e-9 && len(out) < 100; n++ {
		label := strconv.FormatFloat(n*step, 'f', decimals, 64)
		out = append(out, plot.Tick{Value: n * step, Label: strings.Replace(label, ".", ",", 1)})
	}
	return out
}

// wholeTicks are ticks on whole numbers: articles are counted.
type wholeTicks struct{}

func (wholeTicks) Ticks(low, high float64) []plot.Tick {
	var out []plot.Tick
	for _, t := range (plot.DefaultTicks{}).Ticks(low, high) {
		if t.Value == math.Trunc(t.Value) {
			out = append(out, t)
		}
	}
	return out
}

// write lays the picture out: the plot, the legend below it in one row, the note.
func (c *chart) write(w io.Writer) error {
	canvas := vgsvg.NewWith(vgsvg.UseWH(chartWidth, chartHeight))
	dc := draw.New(canvas)
	dc.SetColor(color.White)
	dc.Fill(dc.Rectangle.Path())
	foot := vg.Length(0)
	if len(c.legend) > 0 {
		foot += 16
	}
	if c.note != "" {
		foot += 12
	}
	margin := vg.Length(8)
	c.p.Draw(draw.Crop(dc, margin, -margin-10, margin+foot, -margin))
	if c.note != "" {
		style := draw.TextStyle{Color: grey, Font: sans(7, false), Handler: c.p.Legend.TextStyle.Handler}
		dc.FillText(style, vg.Point{X: margin, Y: 5}, c.note)
	}
	x := margin + 30
	for _, entry := range c.legend {
		one := c.p.Legend
		one.Left, one.Top, one.ThumbnailWidth = true, false, 20
		one.Add(entry.text, entry.thumbs...)
		width := c.p.Legend.TextStyle.Width(entry.text) + 20
		bottom := margin
		if c.note != "" {
			bottom += 10
		}
		area := draw.Crop(dc, x, 0, bottom, -chartHeight+bottom+14)
		one.Draw(area)
		x += width + 24
	}
	var svg strings.Builder
	if _, err := canvas.WriteTo(&svg); err != nil {
		return err
	}
	// Machines without the font take the next that has the letters.
	_, err := io.WriteString(w, strings.ReplaceAll(svg.String(), "font-family:Liberation Sans", "font-family:'Liberation Sans',Arial,Helvetica,'DejaVu Sans',sans-serif"))
	return err
}
