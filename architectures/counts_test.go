package architectures_test

import (
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/nn"
)

// The counts are those of PyTorch modules of the same networks, and for the
// networks of 1989 and 1998 of the papers' tables.
var counts = map[string]struct{ params, macs int }{
	"lenet5":         {61706, 416520},
	"lenet5-classic": {60000, 0},
	"lenet1989":      {9760, 0},
	"mlp":            {784*512 + 512 + 512*512 + 512 + 5130, 784*512 + 512*512 + 5120},
	"resnet-cifar":   {269722, 40551040},
	"resnet20":       {269722, 40551040}, "resnet20-b": {272474, 40813184}, "plain20": {269722, 40551040},
	"resnet32": {464154, 68862592}, "resnet32-b": {466906, 69124736}, "plain32": {464154, 68862592},
	"resnet44": {658586, 97174144}, "resnet44-b": {661338, 97436288}, "plain44": {658586, 97174144},
	"resnet56": {853018, 125485696}, "resnet56-b": {855770, 125747840}, "plain56": {853018, 125485696},
	"resnet110": {1727962, 252887680}, "resnet110-b": {1730714, 253149824},
	"resnet1202":       {19421274, 2829238912},
	"preact-resnet110": {1727962, 252887680},

	"vit_ti_16": {5717416, 1074851328 + 178831872}, "vit_s_16": {22050664, 4241218560 + 357663744},
	"vit_b_16": {86567656, 16848500736 + 715327488}, "vit_b_32": {88224232, 4363106304 + 46080000},
	"vit_l_16": {304326632, 59647172608 + 1907539968}, "vit_l_32": {306535400, 15377539072},
	"vit_h_14":  {632045800, 161884375040 + 5410734080},
	"vit-cifar": {2693578, 182849664}, "vit-cifar-small": {142026, 10880128}, "vit-mnist": {139018, 2427008},

	"resnet18": {11689512, 1814073344}, "resnet18-a": {11515688, 1794805760}, "resnet18-c": {12043816, 1878298624}, "plain18": {11515688, 1794805760},
	"resnet34": {21797672, 3663761408}, "resnet34-a": {21623848, 3644493824}, "resnet34-c": {22716840, 3830747136}, "plain34": {21623848, 3644493824},
	"resnet50": {25557032, 4089184256}, "resnet101": {44549160, 7801405440}, "resnet152": {60192808, 11513626624},
	"resnet50-v1": {25557032, 3857973248}, "resnet101-v1": {44549160, 7570194432}, "resnet152-v1": {60192808, 11282415616},
	"preact-resnet18": {11687720, 1814073344}, "preact-resnet34": {21795880, 3663761408}, "preact-resnet50": {25549352, 4089184256},
	"densenet121": {7978856, 2834161664}, "densenet161": {28681000, 7727907072}, "densenet169": {14149480, 3359843328}, "densenet201": {20013928, 4291365888},
	"densenet40": {1019722, 264812928}, "densenet100-bc": {769162, 287929692},
	"resnext50_32x4d": {25028904, 4230479872}, "resnext101_32x8d": {88791336, 16414015488}, "resnext101_64x4d": {83455272, 15460270080},
	"wide_resnet50_2": {68883240, 11398021120}, "wide_resnet101_2": {126886696, 22753050624},
	"googlenet-paper": {13378280, 1582671872}, "googlenet": {13004888, 1498376192}, "googlenet-bn": {7005832, 1582671872},
	"inception-bn": {11285224, 2032600064}, "inception_v3": {27161264, 5713216096}, "inception_v4": {42679816, 12253974624},
	"inception_resnet_v2": {55843464, 13155794016}, "xception": {22855952, 8357403496},
	"preact-resnet101": {44541480, 7801405440}, "preact-resnet152": {60185128, 11513626624}, "preact-resnet200": {64666152, 15007481856},
	"squeezenet1_0": {1248424, 818924576}, "squeezenet1_1": {1235496, 349151936},
	"mobilenet_v2":       {3504872, 299494272 + 1280000},
	"mobilenet_v3_small": {2542856, 54896576 + 1613824}, "mobilenet_v3_large": {5483032, 214080960 + 2508800},
	"alexnet":                {61100840, 714188480},
	"alexnet-2012":           {60965224, 724406816},
	"alexnet-2012-ungrouped": {62378344, 1135256096},
	"alexnet-cifar": {
		75*24 + 24 + 25*24*64 + 64 + 9*64*96 + 96 + 9*96*96 + 96 + 9*96*64 + 64 + 1024*256 + 256 + 256*256 + 256 + 2570,
		32*32*75*24 + 16*16*25*24*64 + 8*8*9*(64*96+96*96+96*64) + 1024*256 + 256*256 + 2560},
	"zfnet":     {62357608, 1168032896},
	"vgg11":     {132863336, 7609090048},
	"vgg11_bn":  {132868840, 7609090048},
	"vgg-a-lrn": {132863336, 7609090048},
	"vgg13":     {133047848, 11308466176}, "vgg13_bn": {133053736, 11308466176},
	"vgg-c": {133638952, 11770888192},
	"vgg16": {138357544, 15470264320}, "vgg16_bn": {138365992, 15470264320},
	"vgg19": {143667240, 19632062464}, "vgg19_bn": {143678248, 19632062464},
	"vgg11-cifar": {9225610, 152769536}, "vgg11_bn-cifar": {9231114, 152769536},
	"vgg13-cifar": {9410122, 228267008}, "vgg13_bn-cifar": {9416010, 228267008},
	"vgg16-cifar": {14719818, 313201664}, "vgg16_bn-cifar": {14728266, 313201664},
	"gpt":           {65*128 + 64*128 + 4*(12*128*128+13*128) + 2*128, 64 * (4*(12*128*128+2*64*128) + 65*128)},
	"rnn":           {65*128 + 2*128*128 + 2*128 + 65*128 + 65, 64 * (2*128*128 + 65*128)},
	"irnn":          {65*128 + 2*128*128 + 2*128 + 65*128 + 65, 64 * (2*128*128 + 65*128)},
	"lstm":          {65*128 + 4*(2*128*128+2*128) + 65*128 + 65, 64 * (4*2*128*128 + 65*128)},
	"gru":           {65*128 + 3*(2*128*128+2*128) + 65*128 + 65, 64 * (3*2*128*128 + 65*128)},
	"tcn":           {65*64 + 5*2*(3*64*64+2*64) + 65*64 + 65, 64 * (5*2*3*64*64 + 65*64)},
	"wavenet":       {557920, 4096 * (30*(2*32*64+32*256+32*32) - 32*32 + 256*256 + 256*256)},
	"wavenet-small": {88512, 1024 * (7*(2*32*64+32*64+32*32) - 32*32 + 64*64 + 64*256)},
	"deep-rnn":      {65*128 + 4*4*(2*128*128+2*128) + 65*128 + 65, 64 * (4*4*2*128*128 + 65*128)},
	"char-rnn":      {65*128 + 2*4*(2*128*128+2*128) + 65*128 + 65, 64 * (2*4*2*128*128 + 65*128)},

	"vgg19-cifar": {20029514, 398136320}, "vgg19_bn-cifar": {20040522, 398136320},
}

// settings are networks without a name of their own. They have the choices and the
// classes of the model that they are like, and its images where input is zero.
var settings = []struct {
	name         string
	like         string
	network      nn.Network
	input        [3]int
	params, macs int
}{
	{"lenet5 of 32×32 images", "lenet5", architectures.LeNet5{Filters: []int{6, 16}, Hidden: []int{120, 84}}, [3]int{32, 32, 1}, 61706, 416520},
	{"caffe's lenet", "lenet5", architectures.LeNet5{Filters: []int{20, 50}, Hidden: []int{500}}, [3]int{}, 431080, 1888000 + 405000},
	{"cuda-convnet", "alexnet-cifar", cudaConvnet{}, [3]int{}, 89578, 12288000 + 10240},

	{"resnet8 of 4 filters", "resnet20", architectures.CIFARResNet{Depth: 8, Width: 4, Shortcut: "A"}, [3]int{28, 28, 1}, 4934, 592704 + 160},
	{"resnet20 of 4 filters", "resnet20", architectures.CIFARResNet{Depth: 20, Width: 4, Shortcut: "A"}, [3]int{28, 28, 1}, 17254, 1947456 + 160},
	{"resnet56 of 4 filters", "resnet20", architectures.CIFARResNet{Depth: 56, Width: 4, Shortcut: "A"}, [3]int{28, 28, 1}, 54214, 6011712 + 160},
	{"resnet8 of 8 filters", "resnet20", architectures.CIFARResNet{Depth: 8, Width: 8, Shortcut: "A"}, [3]int{28, 28, 1}, 19074, 2314368 + 320},
	{"resnet20 of 8 filters", "resnet20", architectures.CIFARResNet{Depth: 20, Width: 8, Shortcut: "A"}, [3]int{28, 28, 1}, 67906, 7733376 + 320},
	{"resnet56 of 8 filters", "resnet20", architectures.CIFARResNet{Depth: 56, Width: 8, Shortcut: "A"}, [3]int{28, 28, 1}, 214402, 23990400 + 320},
	{"resnet8 of 16 filters", "resnet20", architectures.CIFARResNet{Depth: 8, Width: 16, Shortcut: "A"}, [3]int{28, 28, 1}, 75002, 9144576 + 640},
	{"resnet20 of 16 filters", "resnet20", architectures.CIFARResNet{Depth: 20, Width: 16, Shortcut: "A"}, [3]int{28, 28, 1}, 269434, 30820608 + 640},
	{"resnet56 of 16 filters", "resnet20", architectures.CIFARResNet{Depth: 56, Width: 16, Shortcut: "A"}, [3]int{28, 28, 1}, 852730, 95848704 + 640},

	{"googlenet-paper without auxiliary classifiers", "googlenet-paper", architectures.GoogLeNet{Stem: "imagenet", Divisor: 1, Filter: 5, Pooling: "paper", LRN: true}, [3]int{}, 6998552, 1581647872 + 1024000},
	{"googlenet without auxiliary classifiers", "googlenet", architectures.GoogLeNet{Stem: "imagenet", Divisor: 1, Filter: 3, Pooling: "torchvision"}, [3]int{}, 6624904, 1497352192 + 1024000},
	{"inception_v3 without its auxiliary classifier", "inception_v3", architectures.InceptionV3{Stem: "imagenet", Modules: []int{3, 4, 2}, Divisor: 1}, [3]int{}, 23834568, 5711168096 + 2048000},
}

// cudaConvnet has the three 5×5 convolutions of the quick network for CIFAR-10 of
// Krizhevsky's cuda-convnet, and no hidden linear layer.
type cudaConvnet struct{}

func (cudaConvnet) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := in[0]
	for i, filters := range []int{32, 32, 64} {
		x = nn.Act(s.In("act%d", i+1), nn.Conv(s.In("conv%d", i+1), x, filters, 5, 1, 2))
		x = nn.MaxPoolCeil(s.In("pool%d", i+1), x, 3, 2, 0)
	}
	return nn.Logits(s.In("fc"), x)
}

// counted builds the network as its paper has it.
func counted(t *testing.T, m architectures.Model) (params, macs int) {
	t.Helper()
	p := nn.OutlineParams(tensor.Float32)
	pr, err := nn.Build(p, nn.Infer, m.Network, nn.Settings{Options: m.Options, Spec: m.Data, Batch: 1})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, l := range pr.Layers {
		sum += l.Params
	}
	if sum != p.Count() {
		t.Errorf("the layers have %d parameters, the network %d", sum, p.Count())
	}
	return p.Count(), pr.MACs()
}

func TestParameterCounts(t *testing.T) {
	for _, name := range architectures.Names() {
		t.Run(name, func(t *testing.T) {
			m, _ := architectures.Lookup(name)
			params, macs := counted(t, m)
			want, ok := counts[name]
			if !ok {
				t.Fatalf("counts has no row for it: have %d parameters and %d multiply-adds", params, macs)
			}
			if params != want.params || want.macs > 0 && macs != want.macs {
				t.Errorf("have %d parameters and %d multiply-adds, want %d and %d", params, macs, want.params, want.macs)
			}
		})
	}
	for name := range counts {
		if _, ok := architectures.Lookup(name); !ok {
			t.Errorf("counts has a row for %s, which is not registered", name)
		}
	}
}

func TestParameterCountsOfSettings(t *testing.T) {
	for _, c := range settings {
		t.Run(c.name, func(t *testing.T) {
			m, ok := architectures.Lookup(c.like)
			if !ok {
				t.Fatalf("there is no model %s", c.like)
			}
			m.Network = c.network
			if c.input != [3]int{} {
				m.Data = datasets.Images(c.input[0], c.input[1], c.input[2], m.Data.Classes())
			}
			if params, macs := counted(t, m); params != c.params || macs != c.macs {
				t.Errorf("have %d parameters and %d multiply-adds, want %d and %d", params, macs, c.params, c.macs)
			}
		})
	}
}
