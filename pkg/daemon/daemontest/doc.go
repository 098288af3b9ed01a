// Package daemontest tests that a service starts and stops as package daemon promises.
package daemontest
