// Package nn has what architectures are written with: a [Scope], which is a place in a
// network with the choices that hold there, and layers, which are plain functions of a
// scope, a node and sizes. [Build] turns an architecture into a [Program]: a Gorgonia graph,
// its gradient and an executor, for one batch size.
//
// In comments, images are (N, H, W, C), tokens and other sequences (N, T, ...), vectors
// (N, D), and logits (N, ..., classes), with N the size of the batch. A layer that is given
// something else, or sizes that make no sense, fails: Build returns an error with the
// layer's path, what it has and what it requires.
//
// # A network
//
// A [Network] is a struct of hyperparameters with a method Build, which calls layers. Each
// layer with parameters is given a scope of its own, s.In("conv1"), and its parameters have
// names in that scope: conv1.weight. They are those of PyTorch's published models, so that
// their weights load without a table of names.
//
//   - Linear layers: [Linear], [FullyConnected], [Logits], [Embedding].
//   - Images: [Conv], [Conv2D], [MaxPool], [AvgPool], [GlobalAvgPool], [AdaptiveAvgPool],
//     [ScaleChannels], [LRN], [Patches].
//   - Sequences: [Attention], [AttentionOf], [CausalConv], [TokenConv], [GatedTanh], [Recurrent],
//     [LSTM], [GRU], [LastState], [PositionEmbedding], [ClassToken], [TakeToken], [MeanTokens].
//   - Everywhere: [Act], [Norm], [Dropout], [Add], [Scale], [Concat], [Gate].
//   - Of 1989 and 1998: [ConvTable], [SumPool], [BiasMap], [RBF], [Pad].
//   - Losses, for a [Criterion]: [CrossEntropy], [MeanSquaredError], [SquaredError],
//     [CrossEntropyRubbish].
//
// # Choices
//
// [Options] are what an ablation changes: initialisation, norm, activation, the start of
// residual branches, dropout. All scopes of a network inherit them; Scope.With changes them
// for a part. Scope.BeforeNorm, Scope.Branch and Scope.Last tell a layer where it is, which
// decides whether it has a bias and how it starts.
//
// # Layers and ops of one's own
//
// A layer is a function like those above; Scope.Param, Scope.Weight and Scope.Constant make
// its parameters. What existing layers cannot express is an [Op], with its gradient:
// [Apply] adds it to the network, and [CheckOp] checks it.
//
// # Programs
//
// A network is built in a [Mode] on [Params], which hold its tensors outside of any graph:
// training, evaluation and each batch size have a program of their own, and share the
// parameters. Program.Run computes a batch, Program.Trained has the gradients. A network of
// sequences whose positions see nothing later can also be built for one position a run (mode
// [Step]): then its layers carry what they need of the positions before, each in a [Carry].
// Package generate writes with such programs. The same network and parameters give the same
// bits at any number of threads.
//
// [Extend] adds to the graph of a network whatever an analysis computes; package signal has
// those of this project. Params.Load and Params.Export exchange weights with PyTorch.
package nn
