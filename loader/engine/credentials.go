package engine

import (
	"net/http"
	"net/url"
)

// Users decides who is let in. Access is called for every request, perhaps
// concurrently, with the user's name, "default" if the client gave none; ok is
// false for an unknown user as for a wrong password, after the same time.
type Users interface {
	Access(user, password string) (access Access, ok bool)
}

// authenticate reads the credentials of a request: Basic, or X-ClickHouse-User and
// -Key, or the parameters user and password; more than one way at once is refused,
// as ClickHouse does.
func authenticate(r *http.Request, query url.Values, users Users) (Access, error) {
	basicUser, basicPassword, basic := r.BasicAuth()
	headers := r.Header.Get("X-ClickHouse-User") != "" || r.Header.Get("X-ClickHouse-Key") != ""
	parameters := query.Has("user") || query.Has("password")
	user, password := "", ""
	ways := 0
	for _, way := range []struct {
		used           bool
		user, password string
	}{
		{basic, basicUser, basicPassword},
		{headers, r.Header.Get("X-ClickHouse-User"), r.Header.Get("X-ClickHouse-Key")},
		{parameters, query.Get("user"), query.Get("password")},
	} {
		if way.used {
			user, password = way.user, way.password
			ways++
		}
	}
	switch {
	case ways > 1:
		return Access{}, raise(codeAuthenticationFail, "AUTHENTICATION_FAILED",
			"Invalid authentication: it is not allowed to use several of Authorization, X-ClickHouse-User and -Key, and the parameters user and password at once")
	case ways == 0 && r.Header.Get("Authorization") != "":
		return Access{}, raise(codeAuthenticationFail, "AUTHENTICATION_FAILED", "Invalid authentication: only the Basic scheme is known")
	}
	if user == "" {
		user = "default"
	}
	access, ok := users.Access(user, password)
	switch {
	case ok:
		return access, nil
	case password == "":
		return Access{}, raise(codeRequiredPassword, "REQUIRED_PASSWORD", "%s: Authentication failed: a password is required, or there is no user with such name", user)
	}
	return Access{}, raise(codeAuthenticationFail, "AUTHENTICATION_FAILED", "%s: Authentication failed: password is incorrect, or there is no user with such name", user)
}
