package signal_test

import "zoo/nn/nntest"

type network = nntest.Network

var (
	options  = nntest.Options
	settings = nntest.Settings
	build    = nntest.Build
	batchOf  = nntest.Batch
	run      = nntest.Run
	values   = nntest.Values
	moments  = nntest.Moments
	stack    = nntest.Stack
)
