package f32

// The loops over the units of recurrent layers: see package ops for what they are part of.

// MulAdd is dst[i] += a[i]·b[i].
func MulAdd[F Float](dst, a, b []F) {
	a, b = a[:len(dst)], b[:len(dst)]
	if p := first(dst); p != nil {
		mulAddVector(len(dst), p, first(a), first(b))
		return
	}
	mulAddLoop(dst, a, b)
}

func mulAddLoop[F Float](dst, a, b []F) {
	for i := range dst {
		dst[i] += a[i] * b[i]
	}
}

// LSTMCellGrad takes the gradient dh of h = o·tanh(c) apart: dc grows by the gradient of c,
// and g, which is tanh(c), becomes that of the output gate before its sigmoid o.
func LSTMCellGrad[F Float](dc, g, dh, o []F) {
	g, dh, o = g[:len(dc)], dh[:len(dc)], o[:len(dc)]
	if p := first(dc); p != nil {
		lstmCellGradVector(len(dc), p, first(g), first(dh), first(o))
		return
	}
	lstmCellGradLoop(dc, g, dh, o)
}

func lstmCellGradLoop[F Float](dc, g, dh, o []F) {
	for j, d := range dh {
		tanh, o := g[j], o[j]
		dc[j] += d * o * (1 - tanh*tanh)
		g[j] = d * tanh * (o * (1 - o))
	}
}

// LSTMGateGrad takes the gradient dc of c = f·before + i·n apart: di, df and dn are those of
// the gates i and f before their sigmoids, and of the new values n before their tanh. dc
// becomes that of before.
func LSTMGateGrad[F Float](di, df, dn, dc, i, f, n, before []F) {
	c := len(dc)
	di, df, dn, i, f, n, before = di[:c], df[:c], dn[:c], i[:c], f[:c], n[:c], before[:c]
	if p := first(dc); p != nil {
		lstmGateGradVector(c, first(di), first(df), first(dn), p, first(i), first(f), first(n), first(before))
		return
	}
	lstmGateGradLoop(di, df, dn, dc, i, f, n, before)
}

func lstmGateGradLoop[F Float](di, df, dn, dc, i, f, n, before []F) {
	for j, d := range dc {
		i, f, n := i[j], f[j], n[j]
		di[j] = d * n * (i * (1 - i))
		df[j] = d * before[j] * (f * (1 - f))
		dn[j] = d * i * (1 - n*n)
		dc[j] = d * f
	}
}

// GRUGrad takes the gradient dh of h = (1 − z)·n + z·before apart, with n the tanh of
// something plus r·last: dr and dz are those of the gates before their sigmoids, dn that of
// the new values before their tanh, and dq that of last. dh becomes that of before.
func GRUGrad[F Float](dr, dz, dn, dq, dh, r, z, n, last, before []F) {
	c := len(dh)
	dr, dz, dn, dq, r, z, n, last, before = dr[:c], dz[:c], dn[:c], dq[:c], r[:c], z[:c], n[:c], last[:c], before[:c]
	if p := first(dh); p != nil {
		gruGradVector(c, first(dr), first(dz), first(dn), first(dq), p, first(r), first(z), first(n), first(last), first(before))
		return
	}
	gruGradLoop(dr, dz, dn, dq, dh, r, z, n, last, before)
}

func gruGradLoop[F Float](dr, dz, dn, dq, dh, r, z, n, last, before []F) {
	for j, d := range dh {
		r, z, n := r[j], z[j], n[j]
		kept := d * z
		new := (d - kept) * (1 - n*n)
		dr[j] = new * last[j] * (r * (1 - r))
		dz[j] = d * (before[j] - n) * (z * (1 - z))
		dn[j] = new
		dq[j] = new * r
		dh[j] = kept
	}
}
