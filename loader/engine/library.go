package engine

import (
	"context"
	"errors"
	"os"
)

func FindLibrary(ctx context.Context, o Options) (string, error) {
	if o.Library != "" {
		return o.Library, nil
	}
	if p := os.Getenv("NHIP_LIBCHDB"); p != "" {
		return p, nil
	}
	return "", errors.New("no library")
}
