package entity_test

import (
	"fmt"
	"time"

	"nhip"
	"nhip/catalog"
	"nhip/transform/entity"
)

func ExampleReader_Read() {
	c, err := catalog.Load(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	article := &nhip.Article{Body: []string{
		"Bà Lê Thị Mẫu, Phó Giám đốc Sở Công thương Bắc Ninh, cho biết dệt may tăng.",
	}}
	found := entity.New(c).Read(article, nil, time.Date(2026, 3, 1, 0, 0, 0, 0, nhip.Zone))
	for _, p := range found.People {
		fmt.Printf("%s: %s, %s\n", p.Name, p.Position, p.Organisation)
	}
	for _, m := range found.Mentions {
		fmt.Printf("%d-%d %s %s\n", m.Start, m.End, m.Kind, m.ID)
	}
	// Output:
	// Lê Thị Mẫu: Phó Giám đốc, Sở Công Thương Bắc Ninh
	// 3-13 person Lê Thị Mẫu
	// 28-51 organisation Sở Công Thương Bắc Ninh
	// 43-51 place bac-ninh-2025
	// 62-69 industry det-may
}
