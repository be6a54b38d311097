package table

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

// The same file gives the same observations: members of JSON objects come in no order.
func TestSDMXJSONIsReadInOrder(t *testing.T) {
	body := []byte(`{"structure":{"dimensions":{"observation":[{"id":"A","values":[{"id":"x"},{"id":"y"},{"id":"z"}]},{"id":"TIME_PERIOD","values":[{"id":"2030"},{"id":"2031"},{"id":"2032"}]}]}},
		"dataSets":[{"observations":{"2:0":[7],"0:2":[3],"1:1":[5],"0:1":[2],"1:0":[4],"2:2":[9],"0:0":[1],"2:1":[8],"1:2":[6]}}]}`)
	for range 5 {
		var got []string
		for _, o := range New(nil).Read(&nhip.Page{Body: body}, nil).Observations {
			got = append(got, o.Cell+" "+o.Value.String())
		}
		if diff := cmp.Diff([]string{"obs1 1", "obs2 2", "obs3 3", "obs4 4", "obs5 5", "obs6 6", "obs7 7", "obs8 8", "obs9 9"}, got); diff != "" {
			t.Fatal(diff)
		}
	}
}
