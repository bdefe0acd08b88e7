// Command zoo runs deep-learning experiments: it trains networks from
// named configs, and reports what they learned. See zoo help.
package main

import "zoo/cmd/zoo/command"

func main() { command.Main() }
