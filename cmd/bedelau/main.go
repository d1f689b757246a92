// Command bedelau is the whole product in one binary: the web server, the worker, and the operator's commands.
package main

func main() {}
