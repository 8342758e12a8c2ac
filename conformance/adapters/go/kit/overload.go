package kit

import (
	"sort"
	"strings"
)

// overload is how a table knows a member: its name, and the names of its parameters in alphabetical order.
func overload(member string, parameters []string) string {
	sorted := append([]string{}, parameters...)
	sort.Strings(sorted)
	return member + "(" + strings.Join(sorted, ",") + ")"
}

// enter puts a function into a table under each overload that an entry's name stands for.
func enter[F any](table map[string]F, entry string, function F) {
	member, list, found := strings.Cut(strings.TrimSuffix(entry, ")"), "(")
	if !found {
		panic("kit: '" + entry + "' lacks its parameters, as in 'Flush()'")
	}
	var parameters []string
	if list != "" {
		parameters = strings.Split(list, ",")
	}
	for _, each := range withAndWithout(parameters) {
		table[overload(member, each)] = function
	}
}

func withAndWithout(parameters []string) [][]string {
	all := [][]string{{}}
	for _, parameter := range parameters {
		name := strings.TrimSuffix(strings.TrimSpace(parameter), "?")
		optional := strings.HasSuffix(parameter, "?")
		var next [][]string
		for _, each := range all {
			if optional {
				next = append(next, each)
			}
			next = append(next, append(append([]string{}, each...), name))
		}
		all = next
	}
	return all
}
