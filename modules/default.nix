# Every NixOS module of nimmer. One import, `nimmer.topology` and `nimmer.host`, and a machine is what the declaration says.
{
  imports = [
    ./topology
    ./machine
    ./network
    ./disks
    ./bus
    ./gate
    ./organ
    ./cortex
    ./cell
    ./host
    ./deploy
    ./unit
    ./monitoring
    ./identity
    ./gpu
    ./womb
    ./egress
    ./phoebe
    ./iris
    ./backup
    ./pxe
  ];
}
