# Somebody is at the door, every two seconds. Environment, bus and login are those of the unit.
while /opt/nimmer/bin/nimmer wave send --cell door --region hall --confidence 0.9 --source door-vm; do sleep 2; done
