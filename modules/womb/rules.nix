# The folder of a `womb` as lines of tmpfiles.d. Pure: the tests call it with made-up ones.
{ lib }:
rec {
  # The folder itself. Without a target the path is the folder.
  folderOf = w: if w.target != "" then w.target else w.path;

  # "750" of "0750".
  digits = w: lib.stringToCharacters (lib.substring (lib.stringLength w.mode - 3) 3 w.mode);

  letters =
    digit:
    lib.elemAt [
      "---"
      "--x"
      "-w-"
      "-wx"
      "r--"
      "r-x"
      "rw-"
      "rwx"
    ] (lib.toInt digit);

  # groups: the names of those that are declared; w: the womb. Who reads or writes beside the owner is in a group of the
  # womb's name. What is made there belongs to the group as well (2), and is as open as the folder whatever the umask of
  # who made it.
  tmpfiles =
    groups: w:
    let
      folder = folderOf w;
      group = if lib.elem "womb-${w.name}" groups then "womb-${w.name}" else w.identity;
      d = map letters (digits w);
    in
    ''
      d ${folder} 2${lib.concatStrings (digits w)} ${w.identity} ${group} - -
      a+ ${folder} - - - - default:user::${lib.elemAt d 0},default:group::${lib.elemAt d 1},default:other::${lib.elemAt d 2}
    '';
}
