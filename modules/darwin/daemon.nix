# A launchd daemon of ours: as an account of its own, started again when it ends, with a log under its name.
{ lib }:
{
  name,
  account,
  command,
  more ? { },
}:
{
  command = lib.escapeShellArgs command;
  serviceConfig = {
    UserName = account;
    RunAtLoad = true;
    KeepAlive = true;
    ThrottleInterval = 5;
    # What it drains when it is told to stop; then it is killed.
    ExitTimeOut = 60;
    ProcessType = "Interactive"; # not throttled for being in the background
    Umask = 63; # 0077
    StandardOutPath = "/var/log/nimmer/${name}.log";
    StandardErrorPath = "/var/log/nimmer/${name}.log";
  }
  // more;
}
