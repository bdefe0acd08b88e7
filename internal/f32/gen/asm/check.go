package asm

import (
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"
)

// allocate gives the virtual registers of a function physical ones. avo's own pass
// would give any function the 32 vector registers of AVX-512.
func allocate(f *ir.Function) error {
	allocators := map[reg.Kind]*pass.Allocator{}
	for _, i := range f.Instructions() {
		for _, r := range i.Registers() {
			a := allocators[r.Kind()]
			if a == nil {
				var err error
				if a, err = newAllocator(r.Kind(), sets[f.Name].Vectors); err != nil {
					return fmt.Errorf("%s: %w", f.Name, err)
				}
				allocators[r.Kind()] = a
			}
			a.Add(r.ID())
		}
	}
	for _, i := range f.Instructions() {
		for _, r := range i.OutputRegisters() {
			live := i.LiveOut.OfKind(r.Kind())
			live.DiscardRegister(r)
			allocators[r.Kind()].AddInterferenceSet(r, live)
		}
	}
	f.Allocation = reg.NewEmptyAllocation()
	for kind, a := range allocators {
		allocation, err := a.Allocate()
		if err == nil {
			err = f.Allocation.Merge(allocation)
		}
		if err != nil {
			return fmt.Errorf("%s: registers of kind %d: %w", f.Name, kind, err)
		}
	}
	return nil
}

func newAllocator(kind reg.Kind, vectors int) (*pass.Allocator, error) {
	all := reg.FamilyOfKind(kind).Registers()
	if kind == reg.KindVector {
		all = slices.DeleteFunc(all, func(r reg.Physical) bool { return int(r.PhysicalIndex()) >= vectors })
	}
	a, err := pass.NewAllocator(all)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.Info()&reg.BasePointer != 0 {
			a.SetPriority(r.ID(), -1) // it would have to be saved
		}
	}
	return a, nil
}

// check refuses a function that uses more than its limits allow. That avo accepts an
// instruction says nothing: the assembler encodes one of AVX2 for AVX-512 where it names
// a register that only AVX-512 has.
func check(f *ir.Function) error {
	limits := sets[f.Name]
	for _, i := range f.Instructions() {
		for _, extension := range i.ISA {
			if !slices.Contains(limits.Extensions, extension) {
				return fmt.Errorf("%s: %s is of %s; have %v", f.Name, i.OpcodeWithSuffixes(), extension, limits.Extensions)
			}
		}
		for _, r := range i.Registers() {
			if p := reg.ToPhysical(r); p.Kind() == reg.KindVector && int(p.PhysicalIndex()) >= limits.Vectors {
				return fmt.Errorf("%s: %s names %s; have %d vector registers", f.Name, i.OpcodeWithSuffixes(), p.Asm(), limits.Vectors)
			}
		}
	}
	return nil
}
