package main

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
)

// A program that writes to nobody ends, and says nothing about it.
func TestNobodyReads(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	c := exec.Command("zoo", "list") // TestMain has put it there
	var stderr bytes.Buffer
	c.Stdout, c.Stderr = w, &stderr
	if err := c.Run(); err == nil {
		t.Error("it wrote to nobody, and ended well")
	}
	if stderr.Len() > 0 {
		t.Errorf("it says %q", stderr.String())
	}
}
