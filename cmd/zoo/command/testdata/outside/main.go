// Command mine is zoo with a network, an op and a data set of its own.
package main

import (
	"zoo/cmd/zoo/command"

	_ "mine/bars"
	_ "mine/maxout"
)

func main() { command.Main() }
