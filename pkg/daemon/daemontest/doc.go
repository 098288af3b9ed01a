// Package daemontest tests that a service starts and stops as package daemon promises, and runs one for a test.
package daemontest
