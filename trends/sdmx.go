package trends

import (
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"time"

	"nhip/loader"
)

// The dataflow of our exports and its structure. The version rises with every change of the
// dimensions.
const (
	sdmxAgency  = "NHIP"
	sdmxFlow    = "VINTAGES"
	sdmxVersion = "1.0.0"
)

// WriteSDMXCSV writes rows of [Export] as SDMX-CSV 2.0: one line an observation and
// vintage, the value in the printed unit (OBS_VALUE × 10^UNIT_MULT is in base units).
// Its structure is that of [WriteSDMXStructure]. A missing value is an empty field with
// its OBS_STATUS.
func WriteSDMXCSV(w io.Writer, rows loader.Rows, units Units) error {
	cw := csv.NewWriter(w)
	head := []string{"STRUCTURE", "STRUCTURE_ID", "ACTION"}
	for _, c := range dimensions {
		head = append(head, c.id)
	}
	head = append(head, "TIME_PERIOD", "OBS_VALUE")
	for _, c := range attributes {
		head = append(head, c.id)
	}
	if err := cw.Write(head); err != nil {
		return err
	}
	id := fmt.Sprintf("%s:%s(%s)", sdmxAgency, sdmxFlow, sdmxVersion)
	line := make([]string, 0, len(head))
	err := exportRows(rows, func(row exportRow) error {
		units.prepare(row)
		value, err := observed(row["value"], row["unit_mult"])
		if err != nil {
			return err
		}
		line = append(line[:0], "dataflow", id, "I")
		for _, c := range dimensions {
			line = append(line, c.value(row))
		}
		line = append(line, row["period"], value)
		for _, c := range attributes {
			line = append(line, c.value(row))
		}
		return cw.Write(line)
	})
	if err != nil {
		return err
	}
	cw.Flush()
	return cw.Error()
}

// The elements of an SDMX-ML 3.0 structure message, as far as ours needs them.
type (
	sdmxName struct {
		Lang string `xml:"xml:lang,attr"`
		Text string `xml:",chardata"`
	}
	sdmxItem struct {
		ID    string     `xml:"id,attr"`
		Names []sdmxName `xml:"com:Name"`
	}
	sdmxMaintained struct {
		ID      string     `xml:"id,attr"`
		Agency  string     `xml:"agencyID,attr"`
		Version string     `xml:"version,attr"`
		Names   []sdmxName `xml:"com:Name"`
	}
	sdmxCodelist struct {
		sdmxMaintained
		Codes []sdmxItem `xml:"str:Code"`
	}
	sdmxConcepts struct {
		sdmxMaintained
		Concepts []sdmxItem `xml:"str:Concept"`
	}
	sdmxFormat struct {
		Type string `xml:"textType,attr"`
	}
	sdmxRepresentation struct {
		List   string      `xml:"str:Enumeration,omitempty"`
		Format *sdmxFormat `xml:"str:TextFormat"`
	}
	sdmxComponent struct {
		ID             string             `xml:"id,attr"`
		Position       int                `xml:"position,attr,omitempty"`
		Usage          string             `xml:"usage,attr,omitempty"`
		Concept        string             `xml:"str:ConceptIdentity"`
		Representation sdmxRepresentation `xml:"str:LocalRepresentation"`
		Relationship   *sdmxRelationship  `xml:"str:AttributeRelationship"`
	}
	sdmxRelationship struct {
		Observation struct{} `xml:"str:Observation"`
	}
	sdmxDimensions struct {
		ID   string          `xml:"id,attr"`
		List []sdmxComponent `xml:"str:Dimension"`
		Time sdmxComponent   `xml:"str:TimeDimension"`
	}
	sdmxAttributes struct {
		ID   string          `xml:"id,attr"`
		List []sdmxComponent `xml:"str:Attribute"`
	}
	sdmxMeasures struct {
		ID   string          `xml:"id,attr"`
		List []sdmxComponent `xml:"str:Measure"`
	}
	sdmxDSD struct {
		sdmxMaintained
		Components struct {
			Dimensions sdmxDimensions `xml:"str:DimensionList"`
			Attributes sdmxAttributes `xml:"str:AttributeList"`
			Measures   sdmxMeasures   `xml:"str:MeasureList"`
		} `xml:"str:DataStructureComponents"`
	}
	sdmxDataflow struct {
		sdmxMaintained
		Structure string `xml:"str:Structure"`
	}
	sdmxStructure struct {
		XMLName xml.Name `xml:"mes:Structure"`
		Mes     string   `xml:"xmlns:mes,attr"`
		Str     string   `xml:"xmlns:str,attr"`
		Com     string   `xml:"xmlns:com,attr"`
		Header  struct {
			ID       string `xml:"mes:ID"`
			Test     bool   `xml:"mes:Test"`
			Prepared string `xml:"mes:Prepared"`
			Sender   struct {
				ID string `xml:"id,attr"`
			} `xml:"mes:Sender"`
		} `xml:"mes:Header"`
		Codelists []sdmxCodelist `xml:"mes:Structures>str:Codelists>str:Codelist"`
		Concepts  []sdmxConcepts `xml:"mes:Structures>str:ConceptSchemes>str:ConceptScheme"`
		Flows     []sdmxDataflow `xml:"mes:Structures>str:Dataflows>str:Dataflow"`
		DSDs      []sdmxDSD      `xml:"mes:Structures>str:DataStructures>str:DataStructure"`
	}
)

func sdmxNames(en, vi string) []sdmxName { return []sdmxName{{"en", en}, {"vi", vi}} }

func maintained(id, en, vi string) sdmxMaintained {
	return sdmxMaintained{id, sdmxAgency, sdmxVersion, sdmxNames(en, vi)}
}

func sdmxURN(class, id, item string) string {
	urn := fmt.Sprintf("urn:sdmx:org.sdmx.infomodel.%s=%s:%s(%s)", class, sdmxAgency, id, sdmxVersion)
	if item != "" {
		urn += "." + item
	}
	return urn
}

// WriteSDMXStructure writes what [WriteSDMXCSV] is made of as an SDMX-ML 3.0 structure
// message: code lists, concepts, the data structure and the dataflow, with names in
// English and Vietnamese. prepared is the time of the message.
func WriteSDMXStructure(w io.Writer, prepared time.Time) error {
	const schemas = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/"
	m := sdmxStructure{Mes: schemas + "message", Str: schemas + "structure", Com: schemas + "common"}
	m.Header.ID, m.Header.Prepared, m.Header.Sender.ID = "nhip-structure", prepared.UTC().Format(time.RFC3339), "nhip"
	for _, name := range lists() {
		list := sdmxCodelist{sdmxMaintained: maintained(name, name[len("CL_"):], name[len("CL_"):])}
		for _, c := range codeLists[name] {
			list.Codes = append(list.Codes, sdmxItem{c.id, sdmxNames(c.en, c.vi)})
		}
		m.Codelists = append(m.Codelists, list)
	}
	concepts := sdmxConcepts{sdmxMaintained: maintained("CS_NHIP", "Concepts of nhip", "Khái niệm của nhip")}
	add := func(c component) sdmxComponent {
		concepts.Concepts = append(concepts.Concepts, sdmxItem{c.id, sdmxNames(c.en, c.vi)})
		out := sdmxComponent{ID: c.id, Concept: sdmxURN("conceptscheme.Concept", "CS_NHIP", c.id)}
		switch {
		case c.list != "":
			out.Representation.List = sdmxURN("codelist.Codelist", c.list, "")
		case c.id == "TIME_PERIOD":
			out.Representation.Format = &sdmxFormat{"ObservationalTimePeriod"}
		case c.id == "OBS_VALUE":
			out.Representation.Format = &sdmxFormat{"Decimal"}
		case c.id == "UNIT_MULT", c.id == "DECIMALS":
			out.Representation.Format = &sdmxFormat{"Integer"}
		case c.id == "VINTAGE":
			out.Representation.Format = &sdmxFormat{"DateTime"}
		default:
			out.Representation.Format = &sdmxFormat{"String"}
		}
		return out
	}
	dsd := sdmxDSD{sdmxMaintained: maintained("DSD_"+sdmxFlow, "Vintages of official statistics", "Các lần công bố của số liệu chính thức")}
	d := &dsd.Components
	d.Dimensions.ID, d.Attributes.ID, d.Measures.ID = "DimensionDescriptor", "AttributeDescriptor", "MeasureDescriptor"
	for i, c := range dimensions {
		dim := add(c)
		dim.Position = i + 1
		d.Dimensions.List = append(d.Dimensions.List, dim)
	}
	d.Dimensions.Time = add(component{id: "TIME_PERIOD", en: "Time period", vi: "Kỳ"})
	d.Measures.List = []sdmxComponent{add(component{id: "OBS_VALUE", en: "Observation value", vi: "Giá trị"})}
	d.Measures.List[0].Usage = "optional"
	for _, c := range attributes {
		a := add(c)
		a.Usage, a.Relationship = "optional", &sdmxRelationship{}
		d.Attributes.List = append(d.Attributes.List, a)
	}
	m.Concepts = []sdmxConcepts{concepts}
	m.DSDs = []sdmxDSD{dsd}
	m.Flows = []sdmxDataflow{{maintained(sdmxFlow, "Vintages of official statistics", "Các lần công bố của số liệu chính thức"),
		sdmxURN("datastructure.DataStructure", "DSD_"+sdmxFlow, "")}}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(m); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
