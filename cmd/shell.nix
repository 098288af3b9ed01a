# What working on nimmer takes; `make help` says what for.
{
  deploy-rs,
  go-tools,
  go_1_26,
  golangci-lint,
  gopls,
  govulncheck,
  krb5,
  mkShell,
  natscli,
  nixfmt,
  prometheus,
  python3,
}:
mkShell {
  packages = [
    deploy-rs
    go-tools # staticcheck
    go_1_26
    golangci-lint
    gopls
    govulncheck
    krb5 # logins with tickets of a real KDC
    natscli
    nixfmt
    prometheus.cli # promtool
    (python3.withPackages (p: [ p.nats-py ])) # the Python cell of docs/examples
  ];
  # The Go of the shell, none that go.mod would have downloaded.
  env.GOTOOLCHAIN = "local";
}
