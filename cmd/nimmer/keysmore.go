package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/bus/keys"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

func keysRotateCommand() *cobra.Command {
	var (
		f     keyFlags
		what  keys.What
		grace string
	)
	cmd := &cobra.Command{
		Use:   "rotate [DIR] (--operator | --account NAME | --user NAME)",
		Short: "Replace a signing key, or a user's key, and sign anew what it had signed",
		Long: `Make a new signing key for operators or an account, or a new key for a user (or
for all users of an identity), and sign anew what the old one had signed. The
old one counts until the grace is over; the first apply after that drops it.
With --grace 0s it no longer counts at once: that is for a key that somebody has
got hold of.

Somebody who was put out with revoke is let in again.`,
		Example: `  nimmer bus keys rotate --user dev_cell_math
  nimmer bus keys rotate --account DEV_VIRTUAL --site dev --grace 0s
  nimmer bus keys rotate --operator --site prod`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := topology.ParseDuration(grace)
			if err != nil || d < 0 {
				return cli.Usagef("--grace must be a length of time, as 24h or 0s, not %q", grace)
			}
			if err := f.known(cmd, args); err != nil {
				return err
			}
			r, err := keys.Rotate(cmd.Context(), what, d.Std(), f.Options)
			if err != nil {
				return err
			}
			return showKeysReport(cmd.OutOrStdout(), r, f.output)
		},
	}
	f.add(cmd)
	f.addSeeds(cmd)
	f.addOut(cmd)
	cmd.Flags().StringVar(&what.Site, "site", "", "only at this hub or leaf, as dev or hub/dev")
	cmd.Flags().BoolVar(&what.Operator, "operator", false, "the operator's signing key")
	cmd.Flags().StringVar(&what.Account, "account", "", "the signing key of an account, as DEV_VIRTUAL")
	cmd.Flags().StringVar(&what.User, "user", "", "the key of a user, or of all users of an identity")
	cmd.Flags().StringVar(&grace, "grace", "24h", "how long the old key still counts")
	cmd.MarkFlagsOneRequired("operator", "account", "user")
	cmd.MarkFlagsMutuallyExclusive("operator", "account", "user")
	return cmd
}

func keysRevokeCommand() *cobra.Command {
	var (
		f    keyFlags
		what keys.What
	)
	cmd := &cobra.Command{
		Use:   "revoke NAME [DIR]",
		Short: "Put out a user, or all users of an identity",
		Long: `Revoke everything that was signed for a user, or for all users of an identity.
Servers that have read their new resolver.conf close its connections and refuse
its credentials. It stays out, whatever is declared, until
'nimmer bus keys rotate --user NAME' lets it in again.`,
		Example: "  nimmer bus keys revoke nyx-organs\n  nimmer bus keys revoke dev_cell_math --site dev",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			what.User = args[0]
			if err := f.known(cmd, args[1:]); err != nil {
				return err
			}
			r, err := keys.Revoke(cmd.Context(), what, f.Options)
			if err != nil {
				return err
			}
			return showKeysReport(cmd.OutOrStdout(), r, f.output)
		},
	}
	f.add(cmd)
	f.addSeeds(cmd)
	f.addOut(cmd)
	cmd.Flags().StringVar(&what.Site, "site", "", "only at this hub or leaf, as dev or hub/dev")
	return cmd
}

func keysShowCommand() *cobra.Command {
	var (
		f    keyFlags
		user string
	)
	cmd := &cobra.Command{
		Use:   "show [DIR]",
		Short: "Show what is signed, until when, and what is out of date",
		Long: `Show operators, accounts and users as they were signed, when they expire, what is
revoked, and where they differ from the declaration. No seed is read or shown.`,
		Example: "  nimmer bus keys show\n  nimmer bus keys show --user dev_cell_math\n  nimmer bus keys show --output json | jq '.sites[].accounts[].users[] | select(.state != \"current\")'",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var m *accounts.Model
			if f.Dir == "" || len(args) > 0 || folder(args) != "" {
				var err error
				if _, m, err = f.lab(cmd, args); err != nil {
					return err
				}
			}
			v, err := keys.Show(m, strings.TrimSpace(user), f.Options)
			if err != nil {
				return err
			}
			return showKeys(cmd.OutOrStdout(), v, user != "", f.output)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&user, "user", "", "only this user, or the users of this identity, with all they may do")
	return cmd
}
