package report

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// probeScript moves a pointer over every figure, and writes into the title what
// the page shows then.
const probeScript = `<script>addEventListener("load", () => {
  const said = [];
  for (const f of document.querySelectorAll("figure")) {
    const drawing = f.querySelector("svg.plot"), box = drawing.getBoundingClientRect();
    drawing.dispatchEvent(new PointerEvent("pointermove", {clientX: box.left + box.width * 0.6, clientY: box.top + 100}));
    said.push(f.id + ": " + f.querySelector(".values").innerText.replace(/\s+/g, " "));
  }
  document.title = said.join("; ") + "; wide: " + (document.documentElement.scrollWidth > innerWidth);
})</script></body>`

// TestInChromium: the page runs without errors, asks for nothing but itself, and
// shows the values below the pointer.
func TestInChromium(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil || testing.Short() {
		t.Skip("needs chromium, and some seconds")
	}
	var page bytes.Buffer
	if err := HTML(&page, depths(), depthVerdicts(depths()), false); err != nil {
		t.Fatal(err)
	}
	var asked []string
	var lock sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		asked = append(asked, r.URL.Path)
		lock.Unlock()
		w.Write([]byte(strings.Replace(page.String(), "</body>", probeScript, 1)))
	}))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(), "--enable-logging=stderr", "--window-size=600,900", "--dump-dom", server.URL)
	var log bytes.Buffer
	c.Stderr = &log
	dom, err := c.Output()
	if err != nil {
		t.Skipf("chromium does not run here: %v", err)
	}
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "CONSOLE") {
			t.Errorf("the page says: %s", line)
		}
	}
	if len(asked) != 1 {
		t.Errorf("the page asked for %q, want only itself", asked)
	}
	_, title, _ := strings.Cut(string(dom), "<title>")
	title, _, _ = strings.Cut(title, "</title>")
	for _, want := range []string{
		"figure-test-error: depth 44 plain 15.1 ± 1.5 residual 5.1 ± 1.1 He et al. 2015, CIFAR-10 (paper) 7.17",
		"figure-train-loss: depth 44 plain 0.819 ± 0.008 residual 0.118 ± 0.012",
		"figure-curves: step 2", "plain, 44 0.9", "wide: false",
	} {
		if !strings.Contains(title, want) {
			t.Errorf("have %q, want %q in it", title, want)
		}
	}
}
