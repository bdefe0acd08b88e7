package strict

import "strings"

// Origins says where the keys of a resolved config were given. A key that is
// not in it, "train.epochs" or "axes[0].param", has its default.
type Origins map[string]Place

// Near is the place of the key, or of the nearest section around it that a
// file gives, or of the file.
func (o Origins) Near(key string) Place {
	for {
		if p, ok := o[key]; ok || key == "" {
			return p
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
}
