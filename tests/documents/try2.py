import sys, json
from pathlib import Path
sys.path.insert(0, str(Path(__file__).parent))
from generator import font
from generator.fixtures import fixtures, make
out=Path('/tmp/h3out/f'); out.mkdir(exist_ok=True,parents=True)
drawable=font.register(out)
n=0
for s in fixtures():
    if len(sys.argv)>1 and s['file'] not in sys.argv: continue
    t=make(s,out/f"{s['file']}.pdf",drawable)
    n+=(out/f"{s['file']}.pdf").stat().st_size
    print(s['file'],(out/f"{s['file']}.pdf").stat().st_size,[x['pages'] for x in t['tables']])
print(n)
