package k8s

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// readme tells a person how to make the secrets, and what to apply. It names
// where credentials come from, never what is in them.
func readme(t *topology.Topology, clusters []*cluster) topology.Artifact {
	var b strings.Builder
	fmt.Fprintf(&b, "# Cells and nerves of %s on Kubernetes\n\n", t.Lab.Name)
	b.WriteString(`Written by "nimmer topology emit" from the declaration: change that, not this.
Secrets are not in here. "nimmer bus keys apply" makes the credentials, one file for each user,
USER.creds in nats/hub/HUB/creds.

An overlay is applied in three steps. The namespace comes first, since the secrets go into it;
pods that find no secret wait for it.
`)
	for _, c := range clusters {
		for i := range c.overlays {
			readmeOverlay(&b, c, &c.overlays[i])
		}
	}
	return topology.Artifact{Path: folder + "README.md", Data: []byte(b.String())}
}

func readmeOverlay(b *strings.Builder, c *cluster, o *overlay) {
	dir := c.folder() + "/overlays/" + label(token(o.env))
	fmt.Fprintf(b, "\n## %s, environment %s\n\n```sh\n", c.name, o.env)
	fmt.Fprintf(b, "kubectl apply -f %s/namespace.yaml\n", dir)
	fmt.Fprintf(b, "kubectl apply -k %s\n```\n\n", dir)
	fmt.Fprintf(b, "Between the two, the secrets, in the folder of the credential files:\n\n```sh\nwhile read -r secret user; do\n")
	fmt.Fprintf(b, "  kubectl -n %s create secret generic \"$secret\" --from-file=%s=\"$user.creds\" \\\n", o.namespace, credsKey)
	b.WriteString("    --dry-run=client -o yaml | kubectl apply -f -\ndone <<'END'\n")
	var users []string
	for _, w := range o.workloads {
		if u := w.user(o.env); !slices.Contains(users, u) {
			users = append(users, u)
			fmt.Fprintf(b, "%s %s\n", secretName(u), u)
		}
	}
	b.WriteString("END\n```\n")
	if o.bus.authority {
		fmt.Fprintf(b, "\nThe hub's certificate is signed by an authority of your own, which pods must know:\n\n```sh\nkubectl -n %s create configmap %s --from-file=%s=CA_FILE\n```\n", o.namespace, caVolume, caKey)
	}
}
