package main

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/term"

	"nhip/catalog"
	"nhip/loader/engine"
)

// usersFile is the file that NHIP_USERS names: who may ask `nhip serve`, and
// under which host names it answers.
type usersFile struct {
	Hosts []string    `yaml:"hosts"`
	Users []usersItem `yaml:"users"`
}

type usersItem struct {
	Name     string `yaml:"name"`
	Password string `yaml:"password"` // as `nhip users hash` prints it, or sha256: and 64 hexadecimal digits
	Role     string `yaml:"role"`     // reader (the default) or admin

	MaxExecutionTime string     `yaml:"max_execution_time"` // such as 60s
	MaxMemoryBytes   int        `yaml:"max_memory_bytes"`
	MaxResultRows    int        `yaml:"max_result_rows"`
	Quota            *quotaItem `yaml:"quota"`
}

type quotaItem struct {
	Interval string `yaml:"interval"` // such as 1h
	Requests int    `yaml:"requests"`
	Rows     int    `yaml:"rows"`
}

// users are those of a file. It implements engine.Users and is safe for
// concurrent use.
type users struct {
	byName map[string]user
	hosts  []string

	// bcrypt is slow by design and BI tools ask often: passwords that were right
	// are remembered as a MAC under a key of this process.
	key   [32]byte
	mu    sync.Mutex
	right map[string][]byte // user's name -> MAC
}

type user struct {
	hash   string
	access engine.Access
}

const bcryptCost = 11

// noUser is compared with where there is no such user, so that the answer takes
// as long. It is the hash of a random password.
var noUser = sync.OnceValue(func() string {
	var random [32]byte
	rand.Read(random[:])
	hash, _ := bcrypt.GenerateFromPassword([]byte(hex.EncodeToString(random[:])), bcryptCost) // 64 bytes: never too long
	return string(hash)
})

// onlyDefault are the users where no file names any: "default" without a
// password, who reads.
func onlyDefault(database string) *users {
	u := newUsers()
	u.byName["default"] = user{access: engine.Access{User: "default", Databases: []string{database}}}
	return u
}

func newUsers() *users {
	u := &users{byName: map[string]user{}, right: map[string][]byte{}}
	rand.Read(u.key[:])
	return u
}

// readUsers reads a users file. Every problem is told at once.
func readUsers(path, database string) (*users, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("users: %v", err)
	}
	var file usersFile
	if problems := catalog.DecodeYAML(path, data, &file); len(problems) > 0 {
		lines := make([]string, len(problems))
		for i, p := range problems {
			lines[i] = p.String()
		}
		return nil, usagef("users:\n%s", strings.Join(lines, "\n"))
	}
	u := newUsers()
	for _, host := range file.Hosts {
		u.hosts = append(u.hosts, strings.ToLower(host))
	}
	var wrong []string
	for i, item := range file.Users {
		one, err := item.user(database)
		if err == nil && u.byName[item.Name].access.User != "" {
			err = errors.New("the name stands twice")
		}
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: user %d (%q): %v", path, i+1, item.Name, err))
			continue
		}
		u.byName[item.Name] = one
	}
	if len(file.Users) == 0 {
		wrong = append(wrong, path+": no users; name at least one, or leave the file out")
	}
	if len(wrong) > 0 {
		return nil, usagef("users:\n%s", strings.Join(wrong, "\n"))
	}
	return u, nil
}

// user checks one entry.
func (item usersItem) user(database string) (user, error) {
	a := engine.Access{User: item.Name, Databases: []string{database},
		Limits: engine.Limits{MemoryBytes: uint64(item.MaxMemoryBytes), ResultRows: uint64(item.MaxResultRows)}}
	if item.Name == "" || strings.ContainsAny(item.Name, ":\x00\r\n") {
		return user{}, errors.New("a name has at least one character and no colon or line end")
	}
	switch item.Role {
	case "", "reader":
	case "admin":
		a.Admin = true
	default:
		return user{}, fmt.Errorf("role %q: want reader or admin", item.Role)
	}
	if a.Admin && item.Password == "" {
		return user{}, errors.New("an admin needs a password")
	}
	if err := checkHash(item.Password); err != nil {
		return user{}, err
	}
	if item.MaxMemoryBytes < 0 || item.MaxResultRows < 0 || item.Quota != nil && (item.Quota.Requests < 0 || item.Quota.Rows < 0) {
		return user{}, errors.New("a limit cannot be below 0")
	}
	if item.MaxExecutionTime != "" {
		d, err := time.ParseDuration(item.MaxExecutionTime)
		if err != nil || d < time.Second {
			return user{}, fmt.Errorf("max_execution_time %q: want a time such as 60s", item.MaxExecutionTime)
		}
		a.Limits.ExecutionSeconds = uint64(d / time.Second)
	}
	if q := item.Quota; q != nil {
		d, err := time.ParseDuration(q.Interval)
		if err != nil || d < time.Second {
			return user{}, fmt.Errorf("quota interval %q: want a time such as 1h", q.Interval)
		}
		a.Quota = engine.Quota{Interval: d, Requests: uint64(q.Requests), Rows: uint64(q.Rows)}
	}
	return user{item.Password, a}, nil
}

const sha256Prefix = "sha256:"

// checkHash tells whether a password entry can be compared with.
func checkHash(hash string) error {
	if hash == "" {
		return nil
	}
	if digits, ok := strings.CutPrefix(hash, sha256Prefix); ok {
		if sum, err := hex.DecodeString(digits); err != nil || len(sum) != sha256.Size {
			return errors.New("password: after sha256: stand 64 hexadecimal digits")
		}
		return nil
	}
	if _, err := bcrypt.Cost([]byte(hash)); err != nil {
		return errors.New("password: want what `nhip users hash` prints, never the password itself")
	}
	return nil
}

// withoutPassword names the users that anybody may be.
func (u *users) withoutPassword() []string {
	var names []string
	for name, one := range u.byName {
		if one.hash == "" {
			names = append(names, name)
		}
	}
	return names
}

// Access implements engine.Users.
func (u *users) Access(name, password string) (engine.Access, bool) {
	one, known := u.byName[name]
	if known && one.hash == "" {
		return one.access, subtle.ConstantTimeCompare([]byte(password), nil) == 1
	}
	if !known {
		one.hash = noUser()
	}
	if !u.compare(name, one.hash, password) || !known {
		return engine.Access{}, false
	}
	return one.access, true
}

func (u *users) compare(name, hash, password string) bool {
	if digits, ok := strings.CutPrefix(hash, sha256Prefix); ok {
		sum := sha256.Sum256([]byte(password))
		return subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(strings.ToLower(digits))) == 1
	}
	mac := hmac.New(sha256.New, u.key[:])
	mac.Write([]byte(password))
	sum := mac.Sum(nil)
	u.mu.Lock()
	right := u.right[name]
	u.mu.Unlock()
	if right != nil && hmac.Equal(right, sum) {
		return true
	}
	if bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) != nil {
		return false
	}
	u.mu.Lock()
	u.right[name] = sum
	u.mu.Unlock()
	return true
}

var usersCommand = command{
	name:    "users",
	summary: "Make the password entry of a users file (NHIP_USERS) from a password on standard input",
	args:    "hash",
	takes:   true,
	example: `nhip users hash                    asks for the password
printf %s "$password" | nhip users hash`,
	run: func(_ context.Context, c *call) error {
		if len(c.args) != 1 || c.args[0] != "hash" {
			return usagef("users: want `nhip users hash`")
		}
		password, err := readPassword(c)
		if err != nil {
			return err
		}
		if password == "" {
			return usagef("users: the password is empty")
		}
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcryptCost)
		if errors.Is(err, bcrypt.ErrPasswordTooLong) {
			return usagef("users: the password is longer than the 72 bytes that bcrypt reads")
		}
		if err != nil {
			return fmt.Errorf("users: %w", err)
		}
		fmt.Fprintln(c.stdout, string(hash))
		return nil
	},
}

// readPassword reads one line, without echo from a terminal.
func readPassword(c *call) (string, error) {
	if f, ok := c.stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(c.stderr, "Password: ")
		password, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(c.stderr)
		return string(password), err
	}
	scanner := bufio.NewScanner(c.stdin)
	scanner.Scan()
	return scanner.Text(), scanner.Err()
}
