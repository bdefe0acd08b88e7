package sounds

import "math"

// Levels is how many tokens [MuLaw] has.
const Levels = 256

// Silence is the token of a sample that is 0.
const Silence = Levels / 2

// MuLaw is the token, from 0 to 255, of a sample: its µ-law companding f(x) = sign(x)
// ln(1 + 255|x|) / ln 256, which gives quiet sounds more levels than loud ones, in equal
// steps (van den Oord et al. 2016, WaveNet, section 2.2). Samples beyond ±1 are clipped.
func MuLaw(sample float32) int {
	return int(math.Floor((compand(float64(sample))+1)/2*(Levels-1) + 0.5))
}

// compand is f, from −1 to 1.
func compand(x float64) float64 {
	x = max(-1, min(1, x))
	return math.Copysign(math.Log1p((Levels-1)*math.Abs(x))/math.Log(Levels), x)
}

// FromMuLaw is the sample of a token: the inverse of f at the middle of the token's step.
func FromMuLaw(token int) float32 {
	y := 2*float64(token)/(Levels-1) - 1
	return float32(math.Copysign((math.Pow(Levels, math.Abs(y))-1)/(Levels-1), y))
}
