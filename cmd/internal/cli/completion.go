package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// AddCompletion declares --completion on a command without subcommands: those
// with some have a completion command.
func AddCompletion(cmd *cobra.Command) {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	cmd.Flags().String("completion", "", "print the completion script for a shell: bash, zsh, fish or powershell")
	_ = cmd.RegisterFlagCompletionFunc("completion", cobra.FixedCompletions(shells, cobra.ShellCompDirectiveNoFileComp))
}

// Completion prints the script that --completion asks for; false when it was
// not given.
func Completion(cmd *cobra.Command) (bool, error) {
	shell, _ := cmd.Flags().GetString("completion")
	if shell == "" {
		return false, nil
	}
	return true, completion(cmd, shell, cmd.OutOrStdout())
}

func completion(cmd *cobra.Command, shell string, w io.Writer) error {
	switch shell {
	case "bash":
		return cmd.GenBashCompletionV2(w, true)
	case "zsh":
		return cmd.GenZshCompletion(w)
	case "fish":
		return cmd.GenFishCompletion(w, true)
	case "powershell":
		return cmd.GenPowerShellCompletionWithDesc(w)
	}
	return Usagef("%w", fmt.Errorf("--completion must be bash, zsh, fish or powershell, not %q", shell))
}
