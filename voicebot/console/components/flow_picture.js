// A flow as boxes and lines; where they stand was worked out before.
export default {
  template: `
    <figure class="vb-flow" role="img" :aria-label="name">
      <svg :viewBox="'0 0 ' + picture.width + ' ' + picture.height" :style="{maxWidth: picture.width + 'px'}"
           aria-hidden="true">
        <defs>
          <marker id="vb-flow-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0 L8 4 L0 8 z" class="vb-flow-tip"/>
          </marker>
        </defs>
        <polyline v-for="line in picture.lines" :points="line.points.map(point => point.join(',')).join(' ')"
                  :class="['vb-flow-line', line.back ? 'vb-flow-back' : '']" marker-end="url(#vb-flow-tip)"/>
        <g v-for="box in picture.boxes" :class="'vb-flow-' + box.kind">
          <rect :x="box.x" :y="box.y" :width="box.width" :height="box.height" :rx="round(box)"/>
          <text :x="box.x + box.width / 2" :y="box.y + 25" class="vb-flow-title">{{ box.title }}</text>
          <text v-for="(words, number) in box.lines" :x="box.x + box.width / 2" :y="box.y + 45 + 19 * number">{{ words }}</text>
        </g>
      </svg>
    </figure>
  `,
  props: { picture: Object, name: String },
  methods: {
    round(box) {
      return box.kind === "begin" || box.kind === "then" ? box.height / 2 : 8;
    },
  },
};
