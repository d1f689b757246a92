// Package office is the desk of a city's staff: the queue, one application with everything to decide it by, and what
// an administrator keeps in order.
package office
