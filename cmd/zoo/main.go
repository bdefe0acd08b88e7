// Command zoo runs deep-learning experiments: named configs that train the
// networks with which the field learned to go deep. See zoo help.
package main

import "zoo/cmd/zoo/command"

func main() { command.Main() }
