package identitytest

import "strings"

// parameters are what a command takes.
type parameters struct {
	args    []string
	options map[string]string // name -> text, texts, flag, integer
}

// accepted is what the server takes; a test holds it against FreeIPA's own
// description.
var accepted = table(`
ping
batch methods
user_add uid: givenname sn cn displayname gecos homedirectory loginshell uidnumber=integer userclass=texts no_members=flag
user_mod uid: givenname sn cn displayname gecos homedirectory loginshell uidnumber=integer userclass=texts nsaccountlock=flag addattr=texts delattr=texts no_members=flag
user_find criteria: uid userclass=texts sizelimit=integer no_members=flag
user_show uid: no_members=flag
group_add cn: description nonposix=flag gidnumber=integer no_members=flag
group_mod cn: description posix=flag no_members=flag
group_find criteria: cn description sizelimit=integer no_members=flag
group_show cn: no_members=flag
group_del cn
group_add_member cn: user=texts group=texts service=texts no_members=flag
group_remove_member cn: user=texts group=texts service=texts no_members=flag
host_show fqdn: no_members=flag
service_add krbcanonicalname: force=flag no_members=flag
service_show krbcanonicalname: no_members=flag
service_del krbcanonicalname
sudocmdgroup_add cn: description no_members=flag
sudocmdgroup_mod cn: description no_members=flag
sudocmdgroup_find criteria: cn description sizelimit=integer no_members=flag
sudocmdgroup_show cn: no_members=flag
sudocmdgroup_del cn
sudorule_add cn: description no_members=flag
sudorule_mod cn: description no_members=flag
sudorule_find criteria: cn description sizelimit=integer no_members=flag
sudorule_show cn: no_members=flag
sudorule_del cn
sudorule_add_user cn: user=texts group=texts no_members=flag
sudorule_remove_user cn: user=texts group=texts no_members=flag
sudorule_add_host cn: host=texts hostgroup=texts no_members=flag
sudorule_add_allow_command cn: sudocmd=texts sudocmdgroup=texts no_members=flag
hbacsvcgroup_add cn: description no_members=flag
hbacsvcgroup_mod cn: description no_members=flag
hbacsvcgroup_find criteria: cn description sizelimit=integer no_members=flag
hbacsvcgroup_show cn: no_members=flag
hbacsvcgroup_del cn
hbacsvcgroup_add_member cn: hbacsvc=texts no_members=flag
hbacrule_add cn: description no_members=flag
hbacrule_mod cn: description no_members=flag
hbacrule_find criteria: cn description sizelimit=integer no_members=flag
hbacrule_show cn: no_members=flag
hbacrule_del cn
hbacrule_add_user cn: user=texts group=texts no_members=flag
hbacrule_remove_user cn: user=texts group=texts no_members=flag
hbacrule_add_host cn: host=texts hostgroup=texts no_members=flag
hbacrule_add_service cn: hbacsvc=texts hbacsvcgroup=texts no_members=flag
`)

func table(text string) map[string]parameters {
	all := map[string]parameters{}
	for line := range strings.Lines(text) {
		head, tail, _ := strings.Cut(strings.TrimSpace(line), ":")
		words := strings.Fields(head)
		if len(words) == 0 {
			continue
		}
		p := parameters{args: words[1:], options: map[string]string{}}
		for _, option := range strings.Fields(tail) {
			name, typ, ok := strings.Cut(option, "=")
			if !ok {
				typ = "text"
			}
			p.options[name] = typ
		}
		all[words[0]] = p
	}
	return all
}

// Accepted returns, for each command that the server takes, its arguments and
// options with their types.
func Accepted() (args map[string][]string, options map[string]map[string]string) {
	args, options = map[string][]string{}, map[string]map[string]string{}
	for name, p := range accepted {
		args[name], options[name] = p.args, p.options
	}
	return args, options
}
