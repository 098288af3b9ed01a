// Package robot is a small world: a round robot in a room of walls, three
// distance sensors, a motor, and the two decisions that make it move. It is pure:
// time is an argument, and the same calls give the same robot.
//
//	Room     walls, as text; how far a disc can go
//	Body     the robot: where it is, what its motor does, how often it touched a wall
//	Guard    collision avoidance: when to brake, when to let go, where to turn
//	Explorer where to go next, until every tile that can be reached was visited
//
// The Guard brakes by what the front sensor measured, so it is right as long as
// a measurement reaches the motor as a brake within Latency. Nothing else is
// assumed of the messages between them: they may come late within that, at any
// pace, and commands of others may be anything. After a turn the brake is on until
// the Guard has looked that way, so a robot without a Guard does not go far.
package robot
